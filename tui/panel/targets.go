package panel

import (
	"cmp"
	"slices"
	"strconv"

	"dlmon/sources"
	"dlmon/tui/dashboard"
)

func (v *view) targetsFacts() string {
	up := 0
	for _, t := range v.Targets {
		if t.Up {
			up++
		}
	}
	return "(" + strconv.Itoa(up) + " of " + strconv.Itoa(len(v.Targets)) + " up)"
}

// targets is a row per scrape job, and under it those of its targets that are down, with the reason.
func (v *view) targets() []string {
	if len(v.Targets) == 0 {
		return []string{" " + v.s.Muted.Render("Prometheus scrapes nothing")}
	}
	type job struct {
		name    string
		up, all int
		took    float64
		down    []sources.Target
	}
	byName := map[string]*job{}
	var jobs []*job
	for _, t := range v.Targets {
		j := byName[t.Job]
		if j == nil {
			j = &job{name: t.Job}
			byName[t.Job] = j
			jobs = append(jobs, j)
		}
		j.all++
		j.took = max(j.took, t.ScrapeTook.Seconds())
		if t.Up {
			j.up++
		} else {
			j.down = append(j.down, t)
		}
	}
	slices.SortStableFunc(jobs, func(a, b *job) int {
		return cmp.Or(cmp.Compare(len(b.down), len(a.down)), cmp.Compare(a.name, b.name))
	})
	g := grid{columns: []column{{tight: true}, {least: 4, most: 40, give: 10, mid: true}, {}, {right: true, drop: 1}}}
	var below []string
	for _, j := range jobs {
		sign, style := v.mark(dashboard.StateOK)
		if len(j.down) > 0 {
			sign, style = v.mark(dashboard.StateCritical)
		}
		took := cell{style: v.s.Muted}
		if j.took > 0 {
			took.text = "scrape " + dashboard.FormatValue(j.took, dashboard.UnitSeconds)
		}
		g.rows = append(g.rows, []cell{
			{text: sign, style: style},
			{text: j.name, style: v.s.Text},
			{text: strconv.Itoa(j.up) + " of " + strconv.Itoa(j.all) + " up", style: style},
			took,
		})
		for _, t := range j.down {
			text := t.Instance
			if t.LastError != "" {
				text += ": " + t.LastError
			}
			below = append(below, text)
		}
	}
	out := v.list(g, v.h, nil)
	for _, text := range below {
		if len(out) < v.h {
			out = append(out, "   "+v.s.Critical.Render(v.fitMost(text, max(v.w-4, 0))))
		}
	}
	return out
}
