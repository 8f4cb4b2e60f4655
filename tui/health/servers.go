package health

import (
	"slices"
	"time"

	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// servers are dlmon's own four sources.
func servers(c page.Context) []block {
	s, g := c.Styles, c.Styles.Glyphs
	var out []block
	for _, st := range c.Data.Sources() {
		sign, style := g.OK, s.OK
		switch st.State {
		case feed.Off:
			sign, style = g.Off, s.Muted
		case feed.Waiting:
			sign, style = g.Pending, s.Muted
		case feed.Stale:
			sign, style = g.Stale, s.Stale
		case feed.Failed:
			sign, style = g.Critical, s.Critical
		}
		age, asked := "", ""
		if !st.At.IsZero() {
			age = dashboard.FormatAge(c.Wall.Sub(st.At)) + " old"
		}
		if st.Cadence > 0 && st.State != feed.Off {
			asked = "every " + dashboard.SayDuration(st.Cadence.Round(time.Second))
		}
		b := block{key: "source " + st.Name, row: []page.Cell{
			{Text: sign, Style: style}, {Text: st.Name, Style: s.Text}, {Text: string(st.State), Style: style},
			{Text: age, Style: s.Text}, {Text: asked, Style: s.Muted}, {Text: st.Info.Version, Style: s.Muted},
			{Text: st.URL, Style: s.Muted},
		}}
		b.details = serverDetails(c, st)
		out = append(out, b)
	}
	return out
}

func serverDetails(c page.Context, st feed.SourceStatus) []string {
	s := c.Styles
	var out []string
	say := func(name, text string) {
		for i, l := range page.Wrap(text, c.Width-20, 4, s.Glyphs.Ellipsis) {
			if i > 0 {
				name = ""
			}
			if text != "" {
				out = append(out, "    "+s.Muted.Render(page.Fit(name, 14, ""))+" "+s.Text.Render(l))
			}
		}
	}
	if st.State == feed.Off {
		say("off", "set --"+st.Name+"-url to turn it on")
		return out
	}
	if st.Err != nil {
		say("error", st.Err.Error())
	}
	if wait := st.Next.Sub(c.Wall); st.Err != nil && wait > 0 {
		say("next try", "in "+dashboard.SayDuration(wait.Round(time.Second)))
	}
	if st.Slowed {
		say("slowed", "asked less often than wanted, because the server is slow")
	}
	if st.Info.ScrapeInterval > 0 {
		say("scrapes every", dashboard.SayDuration(st.Info.ScrapeInterval))
	}
	notes := st.Info.Notes
	if st.Name == feed.SourcePrometheus && c.Env.Vocab != nil {
		notes = slices.Concat(notes, c.Env.Vocab.Remarks())
	}
	for i, note := range notes {
		name := "notes"
		if i > 0 {
			name = ""
		}
		say(name, note)
	}
	if st.Name == feed.SourcePrometheus {
		for _, t := range c.Data.Targets().Value {
			if !t.Up {
				say("target down", t.Job+" "+t.Instance+": "+t.LastError)
			}
		}
	}
	if len(out) == 0 {
		say("", "nothing to remark")
	}
	return out
}
