package panel

import (
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// verdict is what is wrong with a tenant, in sentences, worst first: one a line, or, where there are fewer lines, side by
// side. What is fine comes last, and goes first where room is short.
func (v *view) verdict() []string {
	if len(v.Findings) == 0 {
		return []string{" " + v.s.Muted.Render("nothing is known of this tenant")}
	}
	var texts []string
	if v.State == dashboard.StateOK {
		texts = append(texts, v.s.OK.Render(v.g.OK+" nothing stands out"))
	}
	for _, f := range v.Findings {
		sign, style := v.mark(f.State)
		texts = append(texts, style.Render(sign)+" "+v.tint(f.State, v.s.Text).Render(f.Text))
	}
	if worst := v.Findings[0]; v.State != dashboard.StateOK && v.h < len(texts) && ansi.StringWidth(texts[0]) > v.w-1 {
		sign, style := v.mark(worst.State)
		lines := page.Wrap(sign+" "+worst.Text, max(v.w-1, 1), v.h, v.g.Ellipsis)
		for i := range lines {
			lines[i] = " " + style.Render(lines[i])
		}
		return lines
	}
	if v.h >= len(texts) {
		for i := range texts {
			texts[i] = " " + texts[i]
		}
		return texts
	}
	lines, shown := flow(texts, v.w-1, v.h)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	if shown < len(texts) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(texts)-shown)
	}
	return lines
}
