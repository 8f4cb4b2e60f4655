package traces

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// marks are the traces that the operator has put into group A or B, by id, in the order of marking. They outlive
// filters and refreshes.
type marks struct{ a, b []string }

// step moves a trace on: into A, from A into B, from B out.
func (m *marks) step(id string) {
	without := func(ids []string) []string {
		return slices.DeleteFunc(ids, func(x string) bool { return x == id })
	}
	switch m.of(id) {
	case "A":
		m.a, m.b = without(m.a), append(m.b, id)
	case "B":
		m.b = without(m.b)
	default:
		m.a = append(m.a, id)
	}
}

// of is the group of a trace: "A", "B" or "".
func (m *marks) of(id string) string {
	switch {
	case slices.Contains(m.a, id):
		return "A"
	case slices.Contains(m.b, id):
		return "B"
	}
	return ""
}

// groups are A and B, the only one of them as A. The slices are the caller's own.
func (m *marks) groups() (a, b []string) {
	if len(m.a) == 0 {
		return slices.Clone(m.b), nil
	}
	return slices.Clone(m.a), slices.Clone(m.b)
}

// pair are the two traces to compare, one of each group, or both of the only one; ok is false without two.
func (m *marks) pair() (a, b string, ok bool) {
	one, two := m.groups()
	switch {
	case len(one) > 0 && len(two) > 0:
		return one[0], two[0], true
	case len(one) >= 2:
		return one[0], one[1], true
	}
	return "", "", false
}

// words count the marked traces: "A 3, B 2 marked"; "" for none.
func (m *marks) words() string {
	out := ""
	for _, g := range []struct {
		name string
		n    int
	}{{"A", len(m.a)}, {"B", len(m.b)}} {
		if g.n == 0 {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += g.name + " " + strconv.Itoa(g.n)
	}
	if out != "" {
		out += " marked"
	}
	return out
}

// analysis is the intent that a key of the list sends for the marked traces, or for all that q finds.
func (m *marks) analysis(c page.Context, key string, q page.TraceQuery) tea.Cmd {
	o := page.OpenAnalysis{Query: q}
	o.A, o.B = m.groups()
	switch key {
	case "d":
		o.Kind = page.AnalysisDifference
	case "o":
		o.Kind = page.AnalysisOperations
	case "e":
		o.Kind = page.AnalysisCauses
	case "w":
		o.Kind = page.AnalysisServices
	case "c":
		a, b, ok := m.pair()
		if !ok {
			return page.Send(page.Notice{Text: "two traces are compared: mark both the same" + c.Hint("v", " (%s)") + ", or one as A and one as B" + c.Hint("v", " (%[1]s, and %[1]s twice)")})
		}
		more := len(o.A)+len(o.B) > 2
		o.Kind, o.A, o.B = page.AnalysisCompare, []string{a}, []string{b}
		if more {
			note := page.Notice{Text: "of the marked traces, two are compared: the first that were marked" + c.Hint("d", "; %s compares the groups")}
			return tea.Batch(page.Send(o), page.Send(note))
		}
	}
	return page.Send(o)
}
