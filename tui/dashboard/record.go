package dashboard

// Queries that a recording rule can answer: what `dlmon rules` prints, and what is asked instead where the server has it.

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Record is one recording rule: Prometheus evaluates Expr every Interval and keeps the answer as the series Name.
type Record struct {
	Name     string // by Prometheus's convention level:metric:operations
	Expr     string // PromQL: as a query asks it without the rule, or taking from another record
	About    string // what it is for, one line
	Interval time.Duration
}

// recordEvery is how often what the screen shows live is recorded. A group must be done well within its interval, and the
// rates of ten thousand tenants' buckets take seconds.
const recordEvery = time.Minute

// sources of records: every embedded dashboard.
var recording = sync.OnceValue(func() []Dashboard {
	entries, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		panic(err) // it is part of the program
	}
	var all []Dashboard
	for _, e := range entries {
		text, err := builtinFiles.ReadFile("builtin/" + e.Name())
		if err != nil {
			panic(err)
		}
		d, err := Parse(text)
		if err != nil {
			panic("dashboard " + e.Name() + ": " + err.Error())
		}
		all = append(all, d)
	}
	return all
})

// Budget is the share of failed requests of each tenant over the windows of burn rates; its queries are named "main"
// (5m), "30m", "1h" and "6h". It is shared and must not be changed.
func Budget() Panel {
	for _, d := range recording() {
		if d.ID == "budget" {
			return d.Panels[0]
		}
	}
	panic("no dashboard budget") // it is part of the program
}

// Records are the recording rules for all queries of dlmon's dashboards that name one, each once, by the names that v
// gives; what v lacks is left out. scrape is Prometheus's scrape interval, 0 while unknown: it decides the rate window.
func Records(v Vocabulary, scrape time.Duration) []Record {
	var out []Record
	seen := map[string]bool{}
	rate := RateWindow(scrape, 0)
	add := func(s Stat, about string, every time.Duration) {
		if r, ok := s.rule(v, rate); ok && !seen[r.Name] {
			seen[r.Name] = true
			r.About, r.Interval = cmp.Or(s.About, about), max(recordEvery, every)
			out = append(out, r.Record)
		}
	}
	for _, d := range recording() {
		for _, s := range d.Records { // before those that are made from them: a group's rules go in order
			add(s, d.Title, 0)
		}
	}
	for _, d := range recording() {
		for _, p := range d.Panels {
			for _, q := range p.Queries {
				for _, s := range q.recordable() {
					add(s, p.Title, q.Every)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Record) int { return cmp.Compare(a.Interval, b.Interval) })
	return out
}

// statLabel tells the answers of one query apart that are joined with "or": p50, p95, avg.
const statLabel = "stat"

// joinStats writes the expressions of queries that have several: of what they can't be asked without.
func (p *Panel) joinStats() {
	for i := range p.Queries {
		if q := &p.Queries[i]; q.Expr == "" {
			q.Expr = q.joined(nil, func(s Stat) string { return s.Expr })
		}
	}
}

// joined is one expression of all stats that v has; of those that are not optional without one.
func (q Query) joined(v Vocabulary, of func(Stat) string) string {
	var parts []string
	for _, s := range q.Stats {
		if s.Optional && !s.exported(v) {
			continue
		}
		parts = append(parts, `label_replace(`+strings.TrimSpace(of(s))+`, "`+statLabel+`", "`+s.Name+`", "", "")`)
	}
	return strings.Join(parts, " or ")
}

// exported tells whether v has all that s needs.
func (s Stat) exported(v Vocabulary) bool {
	if v == nil {
		return false
	}
	_, missing := expand(s.Expr, v, 0)
	return missing == ""
}

// recordable are q's expressions that have a recording rule.
func (q Query) recordable() []Stat {
	own := append([]Stat{{Expr: q.Expr, Record: q.Record, About: q.About}}, q.Stats...)
	return slices.DeleteFunc(own, func(s Stat) bool { return s.Record == "" })
}

// rule is a recording rule with those that its expression takes from.
type rule struct {
	Record
	from []Record
}

// rule is s's at that rate window; false: it has none, or the vocabulary lacks what it needs. Where another record has a
// part of the expression, that is taken from it: the three quantiles of a tenant share the rates of its buckets.
func (s Stat) rule(v Vocabulary, rate time.Duration) (r rule, ok bool) {
	if r.Record, ok = s.alone(v, rate); !ok {
		return r, false
	}
	for _, d := range recording() {
		for _, part := range d.Records {
			p, ok := part.alone(v, rate)
			if ok && p.Name != r.Name && strings.Contains(r.Expr, p.Expr) {
				r.Expr = strings.ReplaceAll(r.Expr, p.Expr, p.Name)
				r.from = append(r.from, p)
			}
		}
	}
	return r, true
}

func (s Stat) alone(v Vocabulary, rate time.Duration) (Record, bool) {
	if s.Record == "" {
		return Record{}, false
	}
	name, missing := expand(s.Record, v, rate)
	expr, lacking := expand(s.Expr, v, rate)
	// Of a counter, the convention leaves the suffix away where a rate was taken.
	return Record{Name: strings.ReplaceAll(name, "_total", ""), Expr: expr}, missing == "" && lacking == ""
}

// since is since when the server has recorded r and what it takes from; false: it hasn't.
func (r rule) since(v Vocabulary) (since time.Time, ok bool) {
	for _, part := range append([]Record{r.Record}, r.from...) {
		at, ok := v.Recorded(part.Name, part.Expr)
		if !ok {
			return time.Time{}, false
		}
		if at.After(since) {
			since = at
		}
	}
	return since, true
}

// stopped says why recorded series that would answer p's queries are not asked.
func (p Panel) stopped(env Env) (why []string) {
	for _, q := range p.Queries {
		for _, s := range q.recordable() {
			r, ok := s.rule(env.Vocab, RateWindow(env.Scrape, 0))
			if !ok {
				continue
			}
			for _, part := range append([]Record{r.Record}, r.from...) {
				if text := env.Vocab.Stopped(part.Name); text != "" && !slices.Contains(why, text) {
					why = append(why, text)
				}
			}
		}
	}
	return why
}

// fromRecord begins the expression that takes a recorded series.
const fromRecord = "max without () ("

// template is q's expression with what the server has recorded, since the time that the answer reaches back to, in place
// of its own. Of rates, only the default window is recorded.
func (q Query) template(env Env, rate, back time.Duration) string {
	if strings.Contains(q.Expr, "$rate") && rate != RateWindow(env.Scrape, 0) || len(q.recordable()) == 0 {
		return q.Expr
	}
	choose := func(s Stat) string {
		r, ok := s.rule(env.Vocab, rate)
		if !ok {
			return s.Expr
		}
		since, ok := r.since(env.Vocab)
		if !ok || env.Data != nil && since.After(env.Data.Now().Add(-back)) {
			return s.Expr
		}
		// Without its name, as the expression's own answer is: so each goes on where the other ends.
		return fromRecord + r.Name + q.only.matcher(env.Vocab, firstConcept(s.Expr)) + ")"
	}
	if len(q.Stats) > 0 {
		return q.joined(env.Vocab, choose)
	}
	return choose(Stat{Expr: q.Expr, Record: q.Record})
}
