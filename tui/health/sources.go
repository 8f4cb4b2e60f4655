package health

import (
	"strings"

	"charm.land/lipgloss/v2"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// sourceLines say how each of dlmon's sources stands: where it is, how old its data is, what it can't do, what is wrong.
func sourceLines(c page.Context) []string {
	s := c.Styles
	lines := []string{page.Title(s, "Sources", "what dlmon asks, and how it answers", c.Width)}
	for _, st := range c.Data.Sources() {
		mark, style := sourceMark(s, st.State)
		facts := []string{}
		if st.URL != "" {
			facts = append(facts, st.URL)
		}
		if st.Info.Version != "" {
			facts = append(facts, "version "+st.Info.Version)
		}
		if st.Info.ScrapeInterval > 0 {
			facts = append(facts, "scrapes every "+dashboard.FormatDuration(st.Info.ScrapeInterval))
		}
		if st.Cadence > 0 {
			every := "asked every " + dashboard.FormatDuration(st.Cadence)
			if st.Slowed {
				every += " (slowed down: the server is slow)"
			}
			facts = append(facts, every)
		}
		if !st.At.IsZero() {
			facts = append(facts, "newest data "+dashboard.FormatAge(c.Now.Sub(st.At))+" ago")
		}
		if st.State == feed.Off {
			facts = append(facts, "set --"+st.Name+"-url or "+st.Name+".url in the config")
		}
		head := " " + style.Render(mark+" "+page.Fit(string(st.State), 7, "")) + " " + page.Fit(st.Name, 13, "")
		lines = append(lines, page.Fit(head+" "+s.Text.Render(strings.Join(facts, " "+s.Glyphs.Dot+" ")), c.Width, s.Glyphs.Ellipsis))
		for _, n := range st.Info.Notes {
			lines = append(lines, page.Fit("           "+s.Muted.Render(n), c.Width, s.Glyphs.Ellipsis))
		}
		if st.Err != nil {
			for _, l := range page.Wrap(st.Err.Error(), c.Width-11, 3, s.Glyphs.Ellipsis) {
				lines = append(lines, "           "+s.Critical.Render(l))
			}
			if !st.Next.IsZero() && st.Next.After(c.Now) {
				lines = append(lines, page.Fit("           "+s.Muted.Render("tried again at "+c.Clock(st.Next)), c.Width, s.Glyphs.Ellipsis))
			}
		}
	}
	return lines
}

func sourceMark(s *themes.Styles, st feed.State) (string, lipgloss.Style) {
	switch st {
	case feed.OK:
		return s.Glyphs.OK, s.OK
	case feed.Stale:
		return s.Glyphs.Stale, s.Stale
	case feed.Failed:
		return s.Glyphs.Critical, s.Critical
	case feed.Off:
		return s.Glyphs.Off, s.Muted
	}
	return s.Glyphs.NoData, s.NoData
}
