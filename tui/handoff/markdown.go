package handoff

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
)

// Markdown writes d for a ticket, as GitHub's and GitLab's kinds of it and CommonMark take it. All that comes from
// servers stands in code spans or fences that it can't leave: it makes no link, no mention, no markup, no HTML.
func Markdown(d Document) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("# dlmon: %s\n\n", heading(d.Title))
	p("| | |\n|---|---|\n")
	row := func(name, value string) {
		if value != "" {
			p("| %s | %s |\n", name, value)
		}
	}
	row("time shown", stretch(d))
	row("context", code(d.Context))
	row("tenant", code(d.Report.Tenant))
	var picked []string
	for _, id := range d.Report.Traces {
		picked = append(picked, code(id))
	}
	row("traces picked", strings.Join(picked, " "))
	row("written", stamp(d.Made)+" by dlmon "+code(d.Version))

	p("\nBring it back:\n\n%s\n", fence("sh", Shell(d.Command)))
	sheet(&b, d.Alerts, "nothing fires")
	if d.Picture != "" {
		p("## Screen\n\n![the screen](<%s>)\n\n", strings.NewReplacer("<", "", ">", "", `\`, "").Replace(plain(d.Picture, false)))
	} else {
		p("## Screen\n\n")
	}
	p("%s\n", fence("text", text(d.Frame)))
	for _, s := range d.Report.Tables {
		sheet(&b, s, "nothing")
	}
	queries(&b, d.Report.Queries)
	sheet(&b, d.Sources, "no source is configured")
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func stretch(d Document) string {
	out := fmt.Sprintf("%s to %s", stamp(d.From), stamp(d.To))
	if d.Live {
		return out + ", live when written"
	}
	return out + ", a time chosen by the operator"
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") }

// sheet writes a table with its heading; one without rows says none.
func sheet(b *strings.Builder, s page.Sheet, none string) {
	if s.Title == "" {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", heading(s.Title))
	if len(s.Rows) == 0 {
		fmt.Fprintf(b, "%s\n\n", cmp.Or(s.None, none))
		return
	}
	b.WriteString("|")
	for _, h := range s.Head {
		fmt.Fprintf(b, " %s |", words(h))
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(s.Head)) + "\n")
	for _, r := range s.Rows {
		b.WriteString("|")
		for _, cell := range r {
			fmt.Fprintf(b, " %s |", value(cell))
		}
		b.WriteByte('\n')
	}
	if s.More > 0 {
		fmt.Fprintf(b, "\n%d more rows are left out.\n", s.More)
	}
	b.WriteByte('\n')
}

// queries lists what was asked, each question once, with the ways in which it was.
func queries(b *strings.Builder, all []page.Query) {
	if len(all) == 0 {
		return
	}
	b.WriteString("## Queries\n\n")
	done := map[string]bool{}
	for i, q := range all {
		key := q.Title + "\x00" + q.Expr
		if done[key] {
			continue
		}
		done[key] = true
		how := q.How
		for _, other := range all[i+1:] {
			if other.Title == q.Title && other.Expr == q.Expr {
				how += "; " + other.How
			}
		}
		if q.Title != "" {
			how = q.Title + " (" + how + ")"
		}
		fmt.Fprintf(b, "%s:\n\n%s\n", code(how), fence("promql", strings.TrimSpace(q.Expr)))
	}
}

// text is a styled frame without its styles and the blanks at the ends of its lines.
func text(frame string) string {
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// fence is a code block that its text can't end: its fence is longer than any run of backticks in it.
func fence(language, s string) string {
	s = plain(s, true)
	marks := strings.Repeat("`", max(3, longestRun(s)+1))
	return marks + language + "\n" + s + "\n" + marks + "\n"
}

// code is a code span in a table's cell, which holds s whatever is in it.
func code(s string) string {
	s = strings.TrimSpace(plain(s, false))
	if s == "" {
		return ""
	}
	marks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	// A table's cell ends at a bar, even within code; a bar after a backslash stands for itself.
	return marks + strings.ReplaceAll(s, "|", `\|`) + marks
}

// value is s in a table's cell: as it is where it is a number or a plain word, that can be no markup, link or mention
// anywhere, else in code.
func value(s string) string {
	var last rune
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ', r == '%', r == '/', r == '–', r == '±':
		case (r == '+' || r == '-') && (i == 0 || last != r):
		case r == '.' && last >= '0' && last <= '9':
		default:
			return code(s)
		}
		last = r
	}
	return s
}

func longestRun(s string) int {
	longest, n := 0, 0
	for _, r := range s {
		if r != '`' {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}

// heading is text in a heading: in code, unless it is plain words.
func heading(s string) string {
	if s = strings.TrimSpace(plain(s, false)); words(s) == s {
		return s
	}
	return code(s)
}

// words is s with a backslash before whatever could be markup.
func words(s string) string {
	var b strings.Builder
	for _, r := range plain(s, false) {
		if strings.ContainsRune("\\`*_{}[]<>&|#!~@$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
