package sources

import "testing"

func TestAnExpressionThatCanNotBeReadMatchesNothingNegatedOrNot(t *testing.T) {
	for _, m := range []Matcher{{Name: "a", Value: "(", Regex: true}, {Name: "a", Value: "(", Regex: true, Negative: true}} {
		if NewMatching([]Matcher{m}).Matches(Labels{"a": "x"}) {
			t.Errorf("%+v matches", m)
		}
	}
	if !NewMatching([]Matcher{{Name: "a", Value: "x|y", Regex: true}, {Name: "b", Value: "z", Negative: true}}).Matches(Labels{"a": "y"}) {
		t.Error("readable ones do not")
	}
}
