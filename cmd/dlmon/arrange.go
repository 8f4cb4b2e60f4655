package dlmon

// How the first page's list is arranged and which time is picked on its charts: what a handoff's command says of them.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dlmon/tui"
	"dlmon/tui/page"
	"dlmon/tui/when"
)

// arrangement is how the first page's list begins: what it can't have is left out, see checkArrangement.
func (c *Config) arrangement() page.Arrangement {
	l, ok := tui.List(c.Page)
	if !ok || c.Tenant != "" {
		return page.Arrangement{}
	}
	a := page.Arrangement{Filter: c.Filter}
	if name, reversed := strings.CutPrefix(c.Sort, "-"); slices.Contains(l.Orders(), name) {
		a.Sort, a.Reversed = name, reversed
	}
	if slices.Contains(l.Groupings(), c.Group) {
		a.Group = c.Group
	}
	return a
}

// settings that arrange a list, with what they name of it.
var arranging = []struct {
	name, what string
	value      func(*Config) string
	names      func(page.Arranger) []string // nil: any text
}{
	{"filter", "filtered", func(c *Config) string { return c.Filter }, nil},
	{"sort", "sorted", func(c *Config) string { return c.Sort }, page.Arranger.Orders},
	{"group", "grouped", func(c *Config) string { return c.Group }, page.Arranger.Groupings},
}

// checkArrangement refuses what the first page's list can't have. In a file or in the environment a setting is for
// whatever page is opened, and waits for one that can have it: there only what no page can have is refused.
func (c *Config) checkArrangement() error {
	var errs []error
	for _, s := range arranging {
		value, from := s.value(c), c.origins[s.name].text
		if value == "" {
			continue
		}
		name := value
		if s.name == "sort" {
			name = strings.TrimPrefix(value, "-")
		}
		var pages []string // that can have it
		known := s.names == nil
		for _, id := range firstPlaces {
			if l, ok := tui.List(id); ok && (s.names == nil || len(s.names(l)) > 0) {
				pages = append(pages, id)
				known = known || slices.Contains(s.names(l), name)
			}
		}
		var err error
		switch l, ok := tui.List(c.Page); {
		case from != "flag" && known:
		case from != "flag" && !slices.Contains(pages, c.Page):
			err = got(option{name: s.name}, fmt.Errorf("expected what a page's list can be %s by", s.what), value)
		case c.Tenant != "":
			err = fmt.Errorf("--tenant opens a page of panels, which is not %s; leave out one of them", s.what)
		case !slices.Contains(pages, c.Page):
			err = fmt.Errorf("expected with a --page that can be %s, one of %s, got %s", s.what, strings.Join(pages, ", "), c.Page)
		case ok && !known, ok && s.names != nil && !slices.Contains(s.names(l), name):
			err = got(option{name: s.name}, fmt.Errorf("expected for %s one of %s", c.Page, strings.Join(s.names(l), ", ")), value)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.place(s.name), err))
		}
	}
	return errors.Join(errs...)
}

// place is how an error names a setting and where it stands.
func (c *Config) place(name string) string {
	from := c.origins[name].text
	if file, ok := strings.CutPrefix(from, "file "); ok {
		return file + ": " + name
	}
	return where(name, from)
}

// refuse says what is wrong with a setting, and where that stands.
func (c *Config) refuse(name, format string, args ...any) error {
	return fmt.Errorf("%s: %w", c.place(name), fmt.Errorf(format, args...))
}

// setCursor checks a time, but keeps it as it was typed, as setAt does.
func setCursor(to *string, s string) error {
	if s != "" {
		span, err := when.Parse(s, time.Now().UTC(), time.Hour)
		if err == nil && !span.Point {
			err = errors.New("expected one time such as 14:05 or 2026-11-23T14:00Z")
		}
		if err != nil {
			return err
		}
	}
	*to = s
	return nil
}

// cursor is the time picked on the charts, which has to be within what is shown; zero for none. Without one, a single
// time that is shown is picked, as going to it does.
func (c *Config) cursor(shown when.Span, now time.Time) (time.Time, error) {
	switch {
	case c.Cursor == "" && shown.Point:
		return shown.To, nil
	case c.Cursor == "":
		return time.Time{}, nil
	}
	now = c.zoned(now)
	span, err := when.Parse(c.Cursor, now, c.Window)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", c.place("cursor"), got(option{name: "cursor"}, err, c.Cursor))
	}
	from, to := shown.From, shown.To
	if shown.Live() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-c.Window)
	}
	if at := span.To; at.Before(from) || at.After(to) {
		if c.origins["cursor"].text != "flag" {
			return time.Time{}, nil
		}
		const form = "2006-01-02 15:04:05"
		return time.Time{}, fmt.Errorf("--cursor: expected a time within what is shown, %s to %s, got %q",
			c.zoned(from).Format(form), c.zoned(to).Format(form+" MST"), c.Cursor)
	}
	return span.To, nil
}
