package panel

// A golden signal that is read from across a room: its number in digits five lines high.

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
)

// BigLines is how many lines a stat in big digits takes: title, digits, and under them what else it says.
const BigLines = 1 + bigRows + 2

const bigRows = 5

// bigDigits are the signs of numbers as dots, row by row.
var bigDigits = map[rune][bigRows]string{
	'0': {"###", "# #", "# #", "# #", "###"},
	'1': {" # ", "## ", " # ", " # ", "###"},
	'2': {"###", "  #", "###", "#  ", "###"},
	'3': {"###", "  #", " ##", "  #", "###"},
	'4': {"# #", "# #", "###", "  #", "  #"},
	'5': {"###", "#  ", "###", "  #", "###"},
	'6': {"###", "#  ", "###", "# #", "###"},
	'7': {"###", "  #", "  #", " # ", " # "},
	'8': {"###", "# #", "###", "# #", "###"},
	'9': {"###", "# #", "###", "  #", "###"},
	'.': {" ", " ", " ", " ", "#"},
	'-': {"   ", "   ", "###", "   ", "   "},
	'–': {"   ", "   ", "###", "   ", "   "},
	'<': {"  #", " # ", "#  ", " # ", "  #"},
	'e': {"   ", "###", "###", "#  ", "###"},
	'∞': {"     ", "## ##", "# # #", "## ##", "     "},
}

// bigNumber is a number's lines, each dot as many cells wide as scale says; nil if it has a sign that is not there.
func bigNumber(number, dot string, scale int) []string {
	rows := make([]strings.Builder, bigRows)
	for i, r := range []rune(number) {
		shape, ok := bigDigits[r]
		if !ok {
			return nil
		}
		for y := range rows {
			if i > 0 {
				rows[y].WriteString(strings.Repeat(" ", scale))
			}
			for _, on := range shape[y] {
				cell := " "
				if on == '#' {
					cell = dot
				}
				rows[y].WriteString(strings.Repeat(cell, scale))
			}
		}
	}
	out := make([]string, bigRows)
	for y := range rows {
		out[y] = rows[y].String()
	}
	return out
}

// bigStat is the panel's main number in big digits, with its unit, its state in a word, and under it what an ordinary
// stat says beside it. Nil where there is no room or no number.
func (v *view) bigStat() []string {
	if v.h < bigRows+1 {
		return nil
	}
	b := big{}
	if len(v.Gauges) > 0 {
		b = v.bigGauge()
	} else if lines := v.main(); len(lines) > 0 {
		b = v.bigMain(lines[0])
	}
	number, unit, _ := strings.Cut(b.text, " ")
	if n := strings.IndexAny(number, "/%"); n > 0 { // "41/s" is written without a space
		number, unit = number[:n], number[n:]
	}
	side := max(ansi.StringWidth(unit), ansi.StringWidth(b.title), ansi.StringWidth(b.word)) + 3
	for scale := 2; scale > 0; scale-- {
		rows := bigNumber(number, v.g.BarFull, scale)
		if len(rows) == 0 || ansi.StringWidth(rows[0])+1+side > v.w {
			continue
		}
		for i, r := range rows {
			rows[i] = " " + b.style.Render(r)
		}
		rows[0] += "  " + v.s.Muted.Render(b.title)
		rows[2] += "  " + b.style.Render(b.word)
		rows[bigRows-1] += "  " + b.style.Render(unit)
		return append(rows, b.below[:min(len(b.below), v.h-bigRows)]...)
	}
	return nil
}

// big is what is drawn in big digits.
type big struct {
	title string // p95, mem
	text  string // "812 ms"
	word  string // its state, "" when it is ok
	style lipgloss.Style
	below []string
}

func (v *view) bigMain(x dashboard.Value) big {
	b := big{title: v.queryTitle(x.Query), text: v.now(x), word: v.stateWord(x.State), style: v.tint(x.State, v.s.Bold)}
	change := v.change(x)
	if change != "" {
		change = v.tint(x.State, v.s.Muted).Render(change)
	}
	second := v.neighbours()
	if second == "" {
		b.below = []string{v.withSpark(" "+change, x)}
		return b
	}
	b.below = []string{" " + v.fitting(join(change, second), change), v.withSpark("", x)}
	if ansi.StringWidth(join(change, second)) > v.w-1 {
		b.below[1] = v.withSpark(" "+second, x)
	}
	return b
}

// bigGauge is the fullest gauge; the others stand under it.
func (v *view) bigGauge() big {
	all := slices.Clone(v.Gauges)
	slices.SortStableFunc(all, func(a, b dashboard.Gauge) int {
		return cmp.Or(cmp.Compare(weight(b.State), weight(a.State)), cmp.Compare(b.Share(), a.Share()))
	})
	x := all[0]
	b := big{title: x.Name, text: of(x.Now, x.Max, x.Unit), word: v.stateWord(x.State), style: v.tint(x.State, v.s.Bold)}
	if finite(x.Share()) {
		b.text = dashboard.FormatValue(x.Share(), dashboard.UnitRatio)
	}
	for _, x := range all {
		b.below = append(b.below, " "+v.s.Muted.Render(x.Name)+" "+v.tint(x.State, v.s.Text).Render(v.sign(x.State, of(x.Now, x.Max, x.Unit))))
	}
	if len(b.below) > 2 {
		b.below = v.gaugeFlow(all)
	}
	return b
}

// stateWord names a state that is not ok, with its sign.
func (v *view) stateWord(st dashboard.State) string {
	switch sign, _ := v.mark(st); st {
	case dashboard.StateWarn:
		return sign + " warning"
	case dashboard.StateCritical:
		return sign + " critical"
	}
	return ""
}
