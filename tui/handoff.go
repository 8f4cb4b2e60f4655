package tui

// What x does: the page as it stands, written to files for somebody else.

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/alerts"
	"dlmon/tui/dashboard"
	"dlmon/tui/handoff"
	"dlmon/tui/page"
)

// Handoff is the page on the screen in words and numbers, with the last frame.
func (m *Model) Handoff() handoff.Document {
	frame := m.View().Content
	c, top := m.context(), m.nav.top()
	d := handoff.Document{
		Title: m.trail(), Context: m.o.Context, Version: m.o.Version,
		Made: c.Zone(m.wall()).Truncate(time.Second), To: c.Zone(c.Now).Truncate(time.Second), Live: c.Live,
		Frame: frame, Width: m.width, Height: m.height, Dark: m.styles.Dark,
	}
	d.From = d.To.Add(-c.Window)
	if r, ok := top.(page.Reporter); ok {
		d.Report = r.Report(c)
	}
	if d.Report.Queries == nil {
		d.Report.Ask("", top.Wants(c)...)
	}
	d.Sources, d.Alerts = sourceSheet(c), alertSheet(c)
	d.Command = m.command(d)
	if m.styles.ASCII {
		return d.ASCII()
	}
	return d
}

// trail is the way to the page: "Traces › trace 4bf92f35".
func (m *Model) trail() string {
	var titles []string
	for _, p := range m.nav.stack {
		titles = append(titles, p.Title())
	}
	if p, ok := m.nav.top().(*alerts.Page); ok {
		if name, _ := p.Detail(); name != "" {
			titles = append(titles, name)
		} else if p.Silences() {
			titles = append(titles, "Silences")
		}
	}
	return strings.Join(titles, " › ")
}

// command is what brings the page back: the same servers, the same page, the same time.
func (m *Model) command(d handoff.Document) []string {
	argv := slices.Clone(m.o.Command)
	if len(argv) == 0 {
		argv = []string{"dlmon"}
		if m.o.Context != "" {
			argv = append(argv, "--context", m.o.Context)
		}
	}
	if d.Report.Trace != "" {
		argv = slices.Insert(argv, 1, "trace", d.Report.Trace)
	} else {
		argv = append(argv, m.whereabouts().args()...)
	}
	argv = append(argv, m.arranged(d)...)
	zone := "utc"
	if !m.clock.utc {
		zone = "local"
	}
	argv = append(argv, "--time-zone", zone)
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return append(argv, "--window", wholeText(d.To.Sub(d.From)), "--at", at(d.From)+".."+at(d.To))
}

// wholeText is a duration in whole seconds, as the command line reads it: "1h", "90s".
func wholeText(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d >= u.size && d%u.size == 0 {
			return strconv.Itoa(int(d/u.size)) + u.name
		}
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}

func sourceSheet(c page.Context) page.Sheet {
	s := page.Sheet{Title: "Sources", Head: []string{"source", "state", "data from", "version", "url", "last error"}}
	for _, st := range c.Data.Sources() {
		if st.State == feed.Off {
			continue
		}
		at, failed := "", ""
		if !st.At.IsZero() {
			at = c.Zone(st.At).Format("2006-01-02 15:04:05 MST")
		}
		if st.Err != nil {
			failed = st.Err.Error()
		}
		s.Add(st.Name, string(st.State), at, st.Info.Version, st.URL, failed)
	}
	return s
}

func alertSheet(c page.Context) page.Sheet {
	s := page.Sheet{Title: "Alerts as of " + c.Zone(c.Now).Format("2006-01-02 15:04:05 MST"),
		Head: []string{"alert", "severity", "state", "active since", "value", "labels", "summary"}}
	if !c.Data.Alerts().OK() {
		s.None = "what fires at that time is not known"
	}
	for _, a := range c.Data.Alerts().Value {
		state := string(a.State)
		switch {
		case len(a.Silenced) > 0:
			state += ", silenced"
		case len(a.Inhibited) > 0:
			state += ", inhibited"
		}
		since := ""
		if !a.ActiveSince.IsZero() {
			since = c.Zone(a.ActiveSince).Format("2006-01-02 15:04:05 MST")
		}
		s.Add(a.Name, a.Severity, state, since, dashboard.FormatValue(a.Value, dashboard.UnitNone),
			page.LabelText(a.Labels, "alertname", "severity"), cmp.Or(a.Annotations["summary"], a.Annotations["description"]))
	}
	return s
}

// handOff writes the page to two files in the working directory: Markdown for the ticket, beside it the picture that
// it shows. Nothing that is there is overwritten.
func (m *Model) handOff() tea.Cmd {
	if m.width <= 0 || m.height <= 0 {
		return nil
	}
	m.dirty = true // without the notice that the key took away
	d := m.Handoff()
	stem := strings.Join(slices.DeleteFunc([]string{"dlmon", fileWord(m.o.Context), fileWord(m.whereabouts().page), d.To.UTC().Format("20060102T150405Z")},
		func(s string) bool { return s == "" }), "-")
	m.say(page.Notice{Text: "writing " + stem + ".md"})
	width, ellipsis := m.width, m.styles.Glyphs.Ellipsis
	return func() tea.Msg {
		dir, name, err := writeHandoff(".", stem, d)
		if err != nil {
			return page.Notice{Warn: true, Text: failedText(sources.Clean(dir), err, width, ellipsis)}
		}
		return page.Notice{Text: wroteText(sources.Clean(dir), name, width, ellipsis)}
	}
}

// noticeAround is what the line holds beside a notice: its sign, the clock.
const noticeAround = 14

// wroteText says where the files are. The directory is shortened in its middle before anything else is, and left out before
// the files' name is cut: it is the one that dlmon was started in.
func wroteText(dir, name string, width int, ellipsis string) string {
	dir = strings.TrimSuffix(dir, "/")
	const both = ".md and .svg"
	room := width - noticeAround - len("wrote ")
	switch short := min(ansi.StringWidth(dir), leastDir); {
	case room < len(name+both):
		return "wrote " + page.CutMiddle(name+".md", room, ellipsis)
	case room < short+len("/"+name+both):
		return "wrote " + name + both
	}
	return between("wrote ", dir, "/"+name+both, width, ellipsis)
}

// failedText says why there are no files, and then where: whoever reads it knows what he pressed, but not this.
func failedText(dir string, err error, width int, ellipsis string) string {
	var at *fs.PathError
	var move *os.LinkError
	var call *os.SyscallError
	switch { // their own texts begin with a path, and have no room for the reason
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &move):
		err = move.Err
	case errors.As(err, &call):
		err = call.Err
	}
	reason := "handoff: " + sources.Clean(err.Error())
	const remedy = "; start dlmon elsewhere" // it writes into the directory that it was started in
	if dir == "" {
		return reason + remedy
	}
	return between(reason+" in ", dir, remedy, width, ellipsis)
}

// leastDir is how many cells of a directory are worth showing.
const leastDir = 6

// between is a directory between two texts, shortened in its middle as far as width asks for.
func between(before, dir, after string, width int, ellipsis string) string {
	left := max(width-noticeAround-ansi.StringWidth(before)-ansi.StringWidth(after), leastDir)
	if w := ansi.StringWidth(dir); w > left {
		room := left - ansi.StringWidth(ellipsis)
		head := room / 3 // its end tells more than its beginning
		dir = ansi.Truncate(dir, head, "") + ellipsis + ansi.TruncateLeft(dir, w-(room-head), "")
	}
	return before + dir + after
}

// fileWord is s as part of a file's name.
func fileWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return strings.Trim(s[:min(len(s), 40)], "-.")
}

// writeHandoff writes stem.md and stem.svg into a directory, or stem-2 and so on where one of them is there already.
// Both are readable by their owner alone: they name tenants and servers.
func writeHandoff(dir, stem string, d handoff.Document) (where, name string, err error) {
	if where, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	for n := 1; ; n++ {
		name = stem
		if n > 1 {
			name += "-" + strconv.Itoa(n)
		}
		d.Picture = name + ".svg"
		err = writeNew(filepath.Join(where, d.Picture), handoff.SVG(d))
		if err == nil {
			err = writeNew(filepath.Join(where, name+".md"), handoff.Markdown(d))
			if err != nil {
				_ = os.Remove(filepath.Join(where, d.Picture)) // ours, and of no use by itself
			}
		}
		if !errors.Is(err, fs.ErrExist) || n == 100 {
			return where, name, err
		}
	}
}

// writeNew makes a file that was not there, whole or not at all: its name is taken first, its text written beside it
// and moved there.
func writeNew(path, text string) (err error) {
	taken, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_ = taken.Close()
	tmp, err := os.CreateTemp(filepath.Dir(path), ".dlmon-*")
	if err == nil {
		_, err = tmp.WriteString(text)
		err = errors.Join(err, tmp.Close())
		if err == nil {
			err = os.Rename(tmp.Name(), path)
		}
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}
