// Package handoff writes what a screen shows for somebody else: as Markdown for a ticket, as SVG for the eye. It is
// pure: a Document in, text out.
package handoff

import (
	"slices"
	"strings"
	"time"

	"dlmon/themes"
	"dlmon/tui/page"
)

// Document is one page at one time.
type Document struct {
	Title    string // the way to the page: "Overview", "Traces › trace 4bf92f35"
	Context  string // of the config; "" for none
	Version  string // of dlmon
	Made     time.Time
	From, To time.Time // what the charts show
	Live     bool      // To was the present
	Sources  page.Sheet
	Alerts   page.Sheet // firing at To
	Report   page.Report
	Command  []string // what brings the page back
	// Frame is the screen, styled as it was on the terminal, of Width by Height cells. Dark is its background.
	Frame         string
	Width, Height int
	Dark          bool
	// Picture is the name of the SVG beside the Markdown; "" for none.
	Picture string
}

// ASCII is d with its words folded as those of a screen in ASCII are. What is to be run stays as it is: with another name in
// it, the command or a query would find something else.
func (d Document) ASCII() Document {
	fold := func(all []string) []string {
		out := make([]string, len(all))
		for i, s := range all {
			out[i] = themes.ASCII(s)
		}
		return out
	}
	sheet := func(s page.Sheet) page.Sheet {
		s.Title, s.None, s.Head, s.Rows = themes.ASCII(s.Title), themes.ASCII(s.None), fold(s.Head), slices.Clone(s.Rows)
		for i, r := range s.Rows {
			s.Rows[i] = fold(r)
		}
		return s
	}
	d.Title, d.Context, d.Frame = themes.ASCII(d.Title), themes.ASCII(d.Context), themes.ASCII(d.Frame)
	d.Sources, d.Alerts, d.Report.Tenant = sheet(d.Sources), sheet(d.Alerts), themes.ASCII(d.Report.Tenant)
	d.Report.Traces, d.Report.Tables, d.Report.Queries = fold(d.Report.Traces), slices.Clone(d.Report.Tables), slices.Clone(d.Report.Queries)
	for i, s := range d.Report.Tables {
		d.Report.Tables[i] = sheet(s)
	}
	for i := range d.Report.Queries {
		q := &d.Report.Queries[i]
		q.Title, q.How = themes.ASCII(q.Title), themes.ASCII(q.How)
	}
	return d
}

// Shell writes a command line that a POSIX shell takes apart into exactly args.
func Shell(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = quote(a)
	}
	return strings.Join(quoted, " ")
}

func quote(arg string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !safe(r) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// plain is text without what could act on whoever reads it: control characters but the newline, if lines is set.
// What comes from a server was cleaned when it came; this is for what comes from elsewhere, such as a file's name.
func plain(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, s)
}
