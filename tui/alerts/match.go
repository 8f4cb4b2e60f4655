package alerts

// Matchers as an operator types them, and which alerts they match: as Alertmanager would.

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dlmon/sources"
)

// The operators, in the order in which a key goes through them.
var operators = []string{"=", "!=", "=~", "!~"}

func operatorOf(m sources.Matcher) string {
	switch {
	case m.Regex && m.Negative:
		return "!~"
	case m.Regex:
		return "=~"
	case m.Negative:
		return "!="
	}
	return "="
}

// matcherText writes a matcher as parseMatcher reads it; quotes stand only where they are needed.
func matcherText(m sources.Matcher) string {
	return quoteName(m.Name) + operatorOf(m) + quoteValue(m.Value)
}

func quoteName(s string) string {
	if s == "" || strings.ContainsAny(s, "=!~\"' ") {
		return strconv.Quote(s)
	}
	return s
}

func quoteValue(s string) string {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsAny(s, "\"") || strings.ContainsAny(s[:1], "=~") {
		return strconv.Quote(s)
	}
	return s
}

// parseMatcher reads name=value, name!=value, name=~value or name!~value. A value, or a name, in double quotes is read
// as Go writes strings; any other is taken as it is.
func parseMatcher(text string) (sources.Matcher, error) {
	var m sources.Matcher
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, `"`) {
		n := quotedLen(rest)
		name, err := strconv.Unquote(rest[:n])
		if err != nil {
			return m, errors.New("the quotes around the label's name do not match")
		}
		m.Name, rest = name, strings.TrimSpace(rest[n:])
	} else {
		n := strings.IndexAny(rest, "=!")
		if n < 0 {
			return m, errors.New(`expected name=value, with =, !=, =~ or !~`)
		}
		m.Name, rest = strings.TrimSpace(rest[:n]), rest[n:]
	}
	if m.Name == "" {
		return m, errors.New("the label's name is missing")
	}
	switch {
	case strings.HasPrefix(rest, "=~"):
		m.Regex, rest = true, rest[2:]
	case strings.HasPrefix(rest, "!~"):
		m.Regex, m.Negative, rest = true, true, rest[2:]
	case strings.HasPrefix(rest, "!="):
		m.Negative, rest = true, rest[2:]
	case strings.HasPrefix(rest, "="):
		rest = rest[1:]
	default:
		return m, errors.New(`expected =, !=, =~ or !~ after the label's name`)
	}
	m.Value = strings.TrimSpace(rest)
	if strings.HasPrefix(m.Value, `"`) {
		v, err := strconv.Unquote(m.Value)
		if err != nil {
			return m, errors.New("the quotes around the value do not match")
		}
		m.Value = v
	}
	if m.Regex {
		if _, err := anchored(m.Value); err != nil {
			return m, fmt.Errorf("not a regular expression (RE2): %w", plainRegexpError(err))
		}
	}
	return m, nil
}

// anchored compiles an expression as Alertmanager does.
func anchored(expr string) (*regexp.Regexp, error) { return regexp.Compile("^(?:" + expr + ")$") }

// plainRegexpError is err without the expression that dlmon put around the operator's.
func plainRegexpError(err error) error {
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	what, _, _ := strings.Cut(text, ": `")
	return errors.New(what)
}

// test is one matcher made ready.
type test struct {
	sources.Matcher
	re *regexp.Regexp
}

func (t test) holds(value string) bool {
	ok := value == t.Value
	if t.Regex {
		ok = t.re.MatchString(value)
	}
	return ok != t.Negative
}

// matching is a set of matchers made ready: all of them have to hold.
type matching []test

// compile makes matchers that parseMatcher took ready, the cheap ones first.
func compile(ms []sources.Matcher) matching {
	var out matching
	for _, m := range ms {
		t := test{Matcher: m}
		if m.Regex {
			re, err := anchored(m.Value)
			if err != nil { // an older Alertmanager's; it matches nothing that dlmon can tell
				re = regexp.MustCompile(`$.`)
			}
			t.re = re
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b test) int { return boolRank(a.Regex) - boolRank(b.Regex) })
	return out
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// matches tells whether all matchers hold; a label that is missing counts as "".
func (ms matching) matches(l sources.Labels) bool {
	for _, t := range ms {
		if !t.holds(l[t.Name]) {
			return false
		}
	}
	return true
}

// names tells whether any of the matchers is about one of the labels.
func (ms matching) names(labels []string) bool {
	return slices.ContainsFunc(ms, func(t test) bool { return slices.Contains(labels, t.Name) })
}

// matchesNothingGiven tells whether every matcher holds for the empty string: such a set would match alerts that have
// none of its labels, and Alertmanager refuses it.
func (ms matching) matchesNothingGiven() bool {
	return !slices.ContainsFunc(ms, func(t test) bool { return !t.holds("") })
}

// proposed are matchers for all labels of an alert as Alertmanager has them, those that say for whom first; left names
// the labels for which there is none, because their value is not shown as it is.
func proposed(l sources.Labels, altered []string) (ms []sources.Matcher, left []string) {
	for _, name := range labelOrder(l) {
		if slices.Contains(altered, name) {
			left = append(left, name)
			continue
		}
		ms = append(ms, sources.Matcher{Name: name, Value: l[name]})
	}
	return ms, left
}

// maxNames bounds how many alert names one regular expression lists.
const maxNames = 10

// proposedForAll are matchers on what all of the alerts have in common, and on their names where those are few.
func proposedForAll(all []labelled) (ms []sources.Matcher, left []string) {
	if len(all) == 0 {
		return nil, nil
	}
	common := all[0].labels.Without()
	var names []string
	for _, a := range all {
		for name, value := range common {
			if a.labels[name] != value {
				delete(common, name)
			}
		}
		for _, name := range a.altered {
			delete(common, name)
			if !slices.Contains(left, name) {
				left = append(left, name)
			}
		}
		if n := a.labels["alertname"]; !slices.Contains(names, n) && len(names) <= maxNames {
			names = append(names, n)
		}
	}
	ms, _ = proposed(common, nil)
	if _, one := common["alertname"]; !one && len(names) <= maxNames && !slices.Contains(left, "alertname") {
		for i, n := range names {
			names[i] = regexp.QuoteMeta(n)
		}
		slices.Sort(names)
		ms = slices.Insert(ms, 0, sources.Matcher{Name: "alertname", Value: strings.Join(names, "|"), Regex: true})
	}
	return ms, left
}

// labelled is what matchers are tested against.
type labelled struct {
	labels  sources.Labels
	altered []string
}
