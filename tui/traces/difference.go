package traces

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// difference is what sets the slow, the failed or the marked traces apart from the others: a sentence first, then the
// numbers that it stands on. It implements kind.
type difference struct {
	open page.OpenAnalysis
	tags sheet[tracing.TagDifference]
	ops  sheet[tracing.PathDifference]

	groups   groups
	found    tracing.Difference
	sentence string
	tagSpan  span // of all tags' intervals, in shares
	opsSpan  span // of all operations' intervals, in seconds
}

func newDifference(o page.OpenAnalysis) *difference {
	k := &difference{open: o}
	k.tags = sheet[tracing.TagDifference]{
		name: "tags, by the difference of their shares", noun: "tag", natural: "greatest difference first",
		id:    func(r tracing.TagDifference) string { return r.Key + "=" + r.Value },
		words: func(r tracing.TagDifference) []string { return []string{r.Key + "=" + r.Value, r.Service, r.Operation} },
	}
	k.ops = sheet[tracing.PathDifference]{
		name: "operations, by the difference of their time on the critical path", noun: "operation", natural: "greatest difference first",
		id:    func(r tracing.PathDifference) string { return r.Service + "\x00" + r.Operation },
		words: func(r tracing.PathDifference) []string { return []string{r.Service, r.Operation} },
	}
	return k
}

// tagColumns are set anew with every result, for the groups' names stand over them.
func (k *difference) tagColumns() []column[tracing.TagDifference] {
	type row = tracing.TagDifference
	share := func(title string, of func(row) (float64, int)) column[row] {
		return column[row]{Column: page.Column{Title: title, Right: true},
			cell: func(c page.Context, r row) page.Cell {
				s, n := of(r)
				return page.Cell{Text: fmt.Sprintf("%s (%d)", percent(s), n), Style: c.Styles.Text}
			},
			order: most(func(r row) float64 { s, _ := of(r); return s })}
	}
	return []column[row]{
		{Column: page.Column{Title: "tag", Min: 16, Max: 56},
			cell: func(c page.Context, r row) page.Cell {
				return page.Cell{Text: r.Key + "=" + r.Value, Style: c.Styles.Text}
			},
			order: byName(func(r row) string { return r.Key + "=" + r.Value }), tight: 31}, // the interval still fits beside it
		share(k.groups.shortA, func(r row) (float64, int) { return r.ShareA, r.InA }),
		share(k.groups.shortB, func(r row) (float64, int) { return r.ShareB, r.InB }),
		{Column: page.Column{Title: "points", Right: true}, cell: func(c page.Context, r row) page.Cell {
			return page.Cell{Text: points(r.Delta), Style: deltaStyle(c, r.Delta)}
		}},
		{Column: page.Column{Title: "95 % interval", Right: true, Drop: 3}, cell: func(c page.Context, r row) page.Cell {
			return page.Cell{Text: points(r.Interval.Low) + " to " + points(r.Interval.High), Style: c.Styles.Muted}
		}},
		{Column: page.Column{Min: 11, Max: 41, Grow: true, Drop: 2}, cell: func(c page.Context, r row) page.Cell {
			return whiskerCell(c, r.Delta, r.Interval.Low, r.Interval.High, k.tagSpan, deltaStyle(c, r.Delta))
		}},
		{Column: page.Column{Title: "found on", Max: 30, Drop: 1},
			cell: func(c page.Context, r row) page.Cell {
				return page.Cell{Text: r.Service + " " + r.Operation, Style: c.Styles.Muted}
			},
			order: byName(func(r row) string { return r.Service + " " + r.Operation })},
	}
}

func (k *difference) opsColumns() []column[tracing.PathDifference] {
	type row = tracing.PathDifference
	mean := func(title string, of func(row) time.Duration) column[row] {
		return column[row]{Column: page.Column{Title: title, Right: true},
			cell: func(c page.Context, r row) page.Cell {
				return page.Cell{Text: dashboard.FormatDuration(of(r)), Style: c.Styles.Text}
			},
			order: most(of)}
	}
	return []column[row]{
		{Column: page.Column{Title: "operation", Min: 14, Max: 40},
			cell:  func(c page.Context, r row) page.Cell { return page.Cell{Text: r.Operation, Style: c.Styles.Text} },
			order: byName(func(r row) string { return r.Operation })},
		{Column: page.Column{Title: "service", Max: 20, Drop: 2},
			cell:  func(c page.Context, r row) page.Cell { return page.Cell{Text: r.Service, Style: c.Styles.Muted} },
			order: byName(func(r row) string { return r.Service })},
		mean(k.groups.shortA, func(r row) time.Duration { return r.MeanA }),
		mean(k.groups.shortB, func(r row) time.Duration { return r.MeanB }),
		{Column: page.Column{Title: "difference", Right: true}, cell: func(c page.Context, r row) page.Cell {
			return page.Cell{Text: change(r.Delta), Style: deltaStyle(c, r.Delta.Seconds())}
		}},
		{Column: page.Column{Title: "95 % interval", Right: true, Drop: 4}, cell: func(c page.Context, r row) page.Cell {
			return page.Cell{Text: changeSeconds(r.Interval.Low) + " to " + changeSeconds(r.Interval.High), Style: c.Styles.Muted}
		}},
		{Column: page.Column{Min: 11, Max: 41, Grow: true, Drop: 3}, cell: func(c page.Context, r row) page.Cell {
			return whiskerCell(c, r.Delta.Seconds(), r.Interval.Low, r.Interval.High, k.opsSpan, deltaStyle(c, r.Delta.Seconds()))
		}},
		{Column: page.Column{Title: "traces", Right: true, Drop: 1}, cell: func(c page.Context, r row) page.Cell {
			return page.Cell{Text: fmt.Sprintf("%d, %d", r.InA, r.InB), Style: c.Styles.Muted}
		}},
	}
}

// deltaStyle makes what group A has more of stand out; the sign says the same without colour.
func deltaStyle(c page.Context, v float64) lipgloss.Style {
	switch {
	case v > 0:
		return c.Styles.Warn
	case v < 0:
		return c.Styles.OK
	}
	return c.Styles.Muted
}

func (k *difference) name() string { return "What is different" }

func (k *difference) scope() scope {
	if len(k.open.A) > 0 && len(k.open.B) > 0 {
		return scope{only: marked(k.open)}
	}
	return scope{also: k.open.A, rest: true}
}

func (k *difference) wants(page.Context) []feed.Request { return nil }

func (k *difference) stamp(page.Context) time.Time { return time.Time{} }

// differenceResult is what the sums of difference bring.
type differenceResult struct {
	groups   groups
	found    tracing.Difference
	sentence string
}

func (k *difference) work(c page.Context, in input) func() any {
	open := k.open
	return func() any {
		r := differenceResult{groups: split(in, open)}
		r.groups.note = cmp.Or(r.groups.note, r.groups.apart(c.Clock))
		r.found = tracing.Differ(r.groups.a, r.groups.b)
		if in.others { // that they are of different tenants goes without saying
			r.found.Tags = slices.DeleteFunc(r.found.Tags, func(d tracing.TagDifference) bool {
				return slices.ContainsFunc(in.tenant, func(t sources.Tag) bool { return d.Key == t.Key })
			})
		}
		r.sentence = r.found.Sentence(r.groups.nameA, r.groups.nameB)
		return r
	}
}

func (k *difference) take(v any) {
	r := v.(differenceResult)
	k.groups, k.found, k.sentence = r.groups, r.found, r.sentence
	k.tags.set(r.found.Tags)
	k.ops.set(r.found.Operations)
	k.tags.columns, k.ops.columns = k.tagColumns(), k.opsColumns()
	k.tagSpan, k.opsSpan = span{}, span{}
	for _, t := range k.tags.rows {
		k.tagSpan.hold(t.Interval.Low)
		k.tagSpan.hold(t.Interval.High)
	}
	for _, o := range k.ops.rows {
		if finite(o.Interval.Low) && finite(o.Interval.High) {
			k.opsSpan.hold(o.Interval.Low)
			k.opsSpan.hold(o.Interval.High)
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (k *difference) tables() []table { return []table{&k.tags, &k.ops} }

func (k *difference) facts() []string {
	return []string{fmt.Sprintf("%s %d, %s %d", k.groups.shortA, len(k.groups.a), k.groups.shortB, len(k.groups.b))}
}

// above is the sentence, which is what the operator came for, and what must be known of it.
func (k *difference) above(c page.Context, most int) []string {
	s := c.Styles
	var out []string
	for _, l := range page.Wrap(k.sentence, c.Width-1, most, s.Glyphs.Ellipsis) {
		out = append(out, " "+s.Bold.Render(l))
	}
	for _, note := range []string{k.groups.note, k.found.Note} {
		if note != "" {
			out = append(out, s.Muted.Render(page.Cut(" "+s.Glyphs.Warn+" "+note, c.Width, s.Glyphs.Ellipsis)))
		}
	}
	return out
}

func (k *difference) none() string {
	if k.found.Silent != "" {
		return "no tag and no operation is listed: what differs would be chance"
	}
	return "no tag and no operation differs"
}

func (k *difference) key(c page.Context, pressed string, focus int) tea.Cmd {
	switch pressed {
	case "y":
		return page.Send(page.Copy{Text: k.sentence, What: "the sentence"})
	case "enter":
		traces := append(k.groups.a[:len(k.groups.a):len(k.groups.a)], k.groups.b...)
		if focus == 1 {
			if r, ok := k.ops.selected(); ok {
				return page.Send(page.OpenTraces{Query: narrow(c, k.open.Query, traces, r.Service, r.Operation, sources.Tag{})})
			}
		} else if r, ok := k.tags.selected(); ok {
			tag := sources.Tag{Key: r.Key, Value: r.Value}
			return page.Send(page.OpenTraces{Query: narrow(c, k.open.Query, traces, r.Service, r.Operation, tag)})
		}
	}
	return nil
}

func (k *difference) bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "traces that have the selected tag or operation"),
		bind("y", "copy the sentence"),
	}
}
