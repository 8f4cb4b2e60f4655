package themes

import (
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
)

// folds are the signs dlmon draws with, one cell each, and the ASCII sign that stands for them.
var folds = func() map[rune]byte {
	m := map[rune]byte{}
	for signs, to := range map[string]byte{
		"…⋯": '~', "µμ": 'u', "·–—−─━╌┄┈╴╶": '-', "│┃╎┆┊": '|',
		"┌┐└┘├┤┬┴┼╭╮╰╯": '+', "●": 'o', "▲△↑": '^', "✖✗×": 'x', "◔≈": '~', "○": '.', "⊘": 'z',
		"▼▽▾↓": 'v', "▸›»→▶": '>', "‹«←◀": '<', "✓": 'v', "’‘": '\'', "“”": '"', "°": 'o', "±": '+',
		"█▇▉▊▋": '#', "▆▅▓◆": '*', "▄▌▍▐": '=', "▃▒": '-', "▂▎▏░": '.', "▁": '_',
		"≤": '<', "≥": '>', " \u202f\u2009": ' ', "ΣΔ": 'd', "∞": '8', "↻": 'R', "◈": 'V',
	} {
		for _, r := range signs {
			m[r] = to
		}
	}
	return m
}()

// ASCII folds s to ASCII, cell for cell: every sign dlmon draws with has its own form, anything else becomes as many
// "?" as it is cells wide. Escape sequences stay as they are. It is applied to whole lines just before they reach
// the terminal.
func ASCII(s string) string {
	i := nonASCII(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:i])
	for i < len(s) {
		if s[i] < utf8.RuneSelf {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if to, ok := folds[r]; ok {
			b.WriteByte(to)
			i += size
			continue
		}
		end := i
		for end < len(s) && s[end] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[end:])
			if _, known := folds[r]; known {
				break
			}
			end += size
		}
		b.WriteString(strings.Repeat("?", foreignWidth(s, i, end)))
		i = end
	}
	return b.String()
}

// foreignWidth is the width of s[i:end] where it stands: a mark that joins the ASCII letter before it adds nothing.
func foreignWidth(s string, i, end int) int {
	if i > 0 && s[i-1] > ' ' && s[i-1] < 0x7f {
		return max(0, lipgloss.Width(s[i-1:end])-1)
	}
	return lipgloss.Width(s[i:end])
}

func nonASCII(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}
