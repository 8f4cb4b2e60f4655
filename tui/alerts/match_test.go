package alerts

import (
	"slices"
	"strings"
	"testing"

	"dlmon/sources"
)

func TestMatchersAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		want sources.Matcher
	}{
		{`tenant_id=acme-corp`, sources.Matcher{Name: "tenant_id", Value: "acme-corp"}},
		{`  tenant_id = "acme corp" `, sources.Matcher{Name: "tenant_id", Value: "acme corp"}},
		{`a!=b=c`, sources.Matcher{Name: "a", Value: "b=c", Negative: true}},
		{`a=~b|c.*`, sources.Matcher{Name: "a", Value: "b|c.*", Regex: true}},
		{`a!~"x\\d"`, sources.Matcher{Name: "a", Value: `x\d`, Regex: true, Negative: true}},
		{`a=`, sources.Matcher{Name: "a"}},
		{`"a=b"="~"`, sources.Matcher{Name: "a=b", Value: "~"}},
		{`a="=~"`, sources.Matcher{Name: "a", Value: "=~"}},
		{`a="b\nc\td"`, sources.Matcher{Name: "a", Value: "b\nc\td"}},
		{`a="b\ufffdc"`, sources.Matcher{Name: "a", Value: "b\ufffdc"}},
		{`a="b\u200bc"`, sources.Matcher{Name: "a", Value: "b\u200bc"}},
		{`"n\ufffd"=b`, sources.Matcher{Name: "n\ufffd", Value: "b"}},
		{`a=münchen`, sources.Matcher{Name: "a", Value: "münchen"}},
	} {
		got, err := parseMatcher(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.text, got, err)
		}
		if again, err := parseMatcher(matcherText(got)); err != nil || again != got {
			t.Errorf("%s is written %s and read %+v, %v", c.text, matcherText(got), again, err)
		}
	}
	for text, want := range map[string]string{
		"": "expected name=value", "acme": "expected name=value", "=x": "name is missing", `"a=b`: "quotes around the label's name",
		`a="b`: "quotes around the value", "a=~(": "missing closing )", "a!b": "after the label's name", `""=x`: "name is missing",
		`a="\xff"`: "not UTF-8",
	} {
		if _, err := parseMatcher(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzParseMatcher(f *testing.F) {
	for _, s := range []string{`a=b`, `"a"!~"\u00e9"`, `a=~"`, "\xff=\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMatcher(sources.Clean(text))
		if err != nil {
			return
		}
		if again, err := parseMatcher(matcherText(m)); err != nil || again != m {
			t.Errorf("%q: %+v is written %q and read %+v, %v", text, m, matcherText(m), again, err)
		}
	})
}

func TestMatchersMatchAsAlertmanagersDo(t *testing.T) {
	acme := sources.Labels{"alertname": "Slow", "tenant_id": "acme"}
	for _, c := range []struct {
		matchers string
		want     bool
	}{
		{"tenant_id=acme", true},
		{"tenant_id=~ac", false}, // anchored
		{"tenant_id=~ac.*", true},
		{"tenant_id=~a|acme", true},
		{"tenant_id!=acme", false},
		{"missing=", true},
		{"missing!=x", true},
		{"missing=~x?", true},
		{"missing=~.+", false},
		{"missing!~.+", true},
		{"tenant_id=acme,alertname=Fast", false},
	} {
		var ms []sources.Matcher
		for text := range strings.SplitSeq(c.matchers, ",") {
			m, err := parseMatcher(text)
			if err != nil {
				t.Fatal(err)
			}
			ms = append(ms, m)
		}
		if got := sources.NewMatching(ms).Matches(acme); got != c.want {
			t.Errorf("%s: %v", c.matchers, got)
		}
	}
	for text, refused := range map[string]bool{
		"a=": true, "a=~.*": true, "a!=x": true, "a!~x": true, "a=x": false, "a=~.+": false, "a!=": false, "a!~": false,
	} {
		m, err := parseMatcher(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := sources.NewMatching([]sources.Matcher{m}).MatchesNothingGiven(); got != refused {
			t.Errorf("%s: %v", text, got)
		}
	}
	if !sources.NewMatching(nil).MatchesNothingGiven() {
		t.Error("no matcher at all is not refused")
	}
}

func TestNoMatcherIsProposedOnAValueThatIsNotShownAsItIs(t *testing.T) {
	ms, left := proposed(sources.Labels{"alertname": "A", "tenant_id": "ab", "job": "x"}, []string{"tenant_id"})
	if want := []sources.Matcher{{Name: "alertname", Value: "A"}, {Name: "job", Value: "x"}}; !slices.Equal(ms, want) || !slices.Equal(left, []string{"tenant_id"}) {
		t.Errorf("%+v, left %v", ms, left)
	}
}

func TestAFiltersMatchersAreWhatItsAlertsShare(t *testing.T) {
	l := func(name, tenant, job string) labelled {
		return labelled{labels: sources.Labels{"alertname": name, "tenant_id": tenant, "job": job}}
	}
	ms, _ := proposedForAll([]labelled{l("Slow", "acme", "a"), l("Down+", "acme", "b"), l("Slow", "acme", "c")})
	want := []sources.Matcher{{Name: "alertname", Value: `Down\+|Slow`, Regex: true}, {Name: "tenant_id", Value: "acme"}}
	if !slices.Equal(ms, want) {
		t.Errorf("%+v", ms)
	}
	strange := l("Slow", "acme", "a")
	strange.altered = []string{"tenant_id"}
	if ms, left := proposedForAll([]labelled{l("Slow", "acme", "a"), strange}); slices.Contains(ms, sources.Matcher{Name: "tenant_id", Value: "acme"}) ||
		!slices.Equal(left, []string{"tenant_id"}) {
		t.Errorf("%+v, left %v", ms, left)
	}
}
