package alerts

// The rows of the list: grouped, sorted and filtered.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
)

// row is one line of the list: several alerts of one name, one alert, or a rule.
type row struct {
	key    string
	state  state
	all    []*instance   // none: a rule
	rule   *sources.Rule // nil: unknown
	member bool          // one of the alerts of the opened row above
	opened bool
	bare   bool // see bared
	waits  bool // a rule that has not been evaluated yet: nobody knows whether it would fire
}

// group tells that the row stands for several alerts.
func (r row) group() bool { return len(r.all) > 1 }

// one is the row's alert; nil for a group or a rule.
func (r row) one() *instance {
	if len(r.all) == 1 {
		return r.all[0]
	}
	return nil
}

func (r row) name() string {
	if len(r.all) > 0 {
		return r.all[0].Name
	}
	return r.rule.Name
}

func (r row) severity() string {
	if len(r.all) > 0 {
		return r.all[0].Severity
	}
	return r.rule.Labels["severity"]
}

// oldest is the row's alert that has stood as it does for longest; nil: nobody knows.
func (r row) oldest() *instance {
	var oldest *instance
	for _, i := range r.all {
		if !i.ActiveSince.IsZero() && (oldest == nil || i.Since().Before(oldest.Since())) {
			oldest = i
		}
	}
	return oldest
}

// since is oldest's in nanoseconds since the epoch; math.MaxInt64 unknown.
func (r row) since() int64 {
	if i := r.oldest(); i != nil {
		return i.Since().UnixNano()
	}
	return math.MaxInt64
}

// value is the highest of the row's alerts; NaN unknown.
func (r row) value() float64 {
	v := math.NaN()
	for _, i := range r.all {
		if !(i.Value <= v) && !math.IsNaN(i.Value) {
			v = i.Value
		}
	}
	return v
}

// groupings are what b goes through; orders are what s goes through.
var (
	groupings = []string{"state", "group", "severity", "none"}
	orders    = []struct {
		name            string
		words, reversed string
		compare         func(a, b row) int
	}{
		{"worst", "worst first", "worst last", nil},
		{"name", "by name", "by name, reversed", func(a, b row) int { return cmp.Compare(a.name(), b.name()) }},
		{"since", "oldest first", "newest first", func(a, b row) int { return cmp.Compare(a.since(), b.since()) }},
		{"value", "highest value first", "lowest value first", func(a, b row) int {
			return cmp.Compare(rankValue(b.value()), rankValue(a.value()))
		}},
	}
)

func rankValue(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(-1)
	}
	return v
}

// arrangement is how the operator wants the list.
type arrangement struct {
	grouping, order int
	reversed        bool
	filter          string // in lower case
}

// heading stands before the row at.
type heading struct {
	at   int
	text string
}

// listing is the list as it is shown.
type listing struct {
	rows   []row
	heads  []heading
	keys   []string    // of the rows
	widest int         // cells of the longest name, most maxNameCells
	counts [states]int // of alerts and rules that pass the filter
	total  int         // without the filter
}

// maxNameCells bounds the column of names.
const maxNameCells = 40

func (l listing) passing() int {
	n := 0
	for _, x := range l.counts {
		n += x
	}
	return n
}

// list arranges the data; opened are the keys of the groups whose alerts are shown.
func (d *data) list(a arrangement, opened map[string]bool) listing {
	l := listing{total: len(d.instances) + len(d.idle)}
	var rows []row
	type group struct {
		state          state
		severity, name string
	}
	at := map[group]int{}
	for _, i := range d.instances {
		if a.filter != "" && !strings.Contains(i.search(), a.filter) {
			continue
		}
		l.counts[i.state()]++
		g := group{i.state(), i.Severity, i.Name}
		n, ok := at[g]
		if !ok {
			n = len(rows)
			at[g] = n
			rows = append(rows, row{key: fmt.Sprintf("g%d/%s/%s", g.state, g.severity, g.name), state: g.state, rule: i.rule})
		}
		rows[n].all = append(rows[n].all, i)
	}
	for i := range rows {
		if one := rows[i].one(); one != nil {
			rows[i].key = one.key()
		}
	}
	for _, r := range d.idle {
		if a.filter == "" || strings.Contains(ruleSearch(r), a.filter) {
			l.counts[ruleState(r)]++
			rows = append(rows, row{key: ruleKey(r), state: ruleState(r), rule: r, waits: waits(r, d.live)})
		}
	}
	a.sort(rows)
	last := ""
	for i, r := range rows {
		if title := a.section(r); i == 0 || title != last {
			last = title
			if title != "" {
				l.heads = append(l.heads, heading{at: len(l.rows), text: title + countOf(a, rows[i:])})
			}
		}
		r.opened = r.group() && opened[r.key]
		l.widest = max(l.widest, min(ansi.StringWidth(r.name()), maxNameCells))
		l.rows = append(l.rows, r)
		if r.opened {
			l.rows = append(l.rows, a.members(r)...)
		}
	}
	l.keys = make([]string, len(l.rows))
	for i, r := range l.rows {
		l.keys[i] = r.key
	}
	return l
}

// members are the alerts of an opened row.
func (a arrangement) members(r row) []row {
	out := make([]row, len(r.all))
	for n, i := range r.all {
		out[n] = row{key: i.key(), state: r.state, all: r.all[n : n+1 : n+1], rule: i.rule, member: true}
	}
	if compare := orders[a.order].compare; compare != nil {
		slices.SortStableFunc(out, compare)
	}
	if a.reversed {
		slices.Reverse(out)
	}
	return out
}

// sort brings rows of one section together, and puts them in order within it.
func (a arrangement) sort(rows []row) {
	worst := func(x, y row) int {
		return cmp.Or(cmp.Compare(x.state, y.state), cmp.Compare(sources.SeverityRank(y.severity()), sources.SeverityRank(x.severity())))
	}
	slices.SortStableFunc(rows, worst)
	if compare := orders[a.order].compare; compare != nil {
		slices.SortStableFunc(rows, compare)
	}
	if a.reversed {
		slices.Reverse(rows)
	}
	slices.SortStableFunc(rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(a.rank(x), a.rank(y)), cmp.Compare(a.section(x), a.section(y)))
	})
}

// rank is the place of a row's section.
func (a arrangement) rank(r row) int {
	switch groupings[a.grouping] {
	case "state":
		return int(r.state)
	case "severity":
		return -sources.SeverityRank(r.severity())
	}
	return 0
}

// section names what a row stands under.
func (a arrangement) section(r row) string {
	switch groupings[a.grouping] {
	case "state":
		return stateWord(r.state)
	case "severity":
		return cmp.Or(r.severity(), "no severity")
	case "group":
		if r.rule == nil {
			return "known to Alertmanager only"
		}
		if r.rule.File == "" {
			return cmp.Or(r.rule.Group, "no group")
		}
		return cmp.Or(r.rule.Group, "no group") + " in " + r.rule.File
	}
	return ""
}

// countOf is what stands under the section that begins with the first of rows: " (3)".
func countOf(a arrangement, rows []row) string {
	n := 0
	for _, r := range rows {
		if a.section(r) != a.section(rows[0]) {
			break
		}
		n += max(1, len(r.all))
	}
	return fmt.Sprintf(" (%d)", n)
}

func stateWord(s state) string {
	return [states]string{"firing", "pending", "rules that fail", "silenced", "inhibited", "inactive"}[s]
}
