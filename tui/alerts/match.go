package alerts

// Matchers as an operator types them, and which alerts they match: as Alertmanager would.

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	if s == "" || strings.ContainsAny(s, "=!~\"' ") || !typeable(s) {
		return quote(s)
	}
	return s
}

func quoteValue(s string) string {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsAny(s, "\"") || strings.ContainsAny(s[:1], "=~") || !typeable(s) {
		return quote(s)
	}
	return s
}

// typeable tells whether a field of the form keeps s as it is: it drops U+FFFD, and line breaks and what is not seen are
// no text there.
func typeable(s string) bool {
	return !strings.ContainsRune(s, utf8.RuneError) && sources.CleanLong(s) == s
}

// quote writes s as Go does, U+FFFD escaped too.
func quote(s string) string {
	return strings.ReplaceAll(strconv.Quote(s), string(utf8.RuneError), `\ufffd`)
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
	if !utf8.ValidString(m.Name) || !utf8.ValidString(m.Value) {
		return m, errors.New(`bytes that are not UTF-8 match no label; U+FFFD, the sign for them, is "\ufffd"`)
	}
	if m.Regex {
		if _, err := sources.MatcherRegexp(m.Value); err != nil {
			return m, fmt.Errorf("not a regular expression (RE2): %w", plainRegexpError(err))
		}
	}
	return m, nil
}

// plainRegexpError is err without the expression that dlmon put around the operator's.
func plainRegexpError(err error) error {
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	what, _, _ := strings.Cut(text, ": `")
	return errors.New(what)
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
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
