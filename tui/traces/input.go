package traces

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dlmon/tui/page"
)

// The form's fields, from top to bottom.
const (
	fieldService = iota
	fieldOperation
	fieldTags
	fieldMin
	fieldMax
	fieldWindow
	fieldLimit
	fields
)

var fieldNames = [fields]string{"service", "operation", "tags", "min duration", "max duration", "window", "limit"}

// inputs are the texts of the form's fields.
type inputs [fields]string

// History holds the last searches of this run, the newest first. The zero History is empty.
type History struct{ all []inputs }

const maxHistory = 20

// add puts a search first; a repeated one moves up.
func (h *History) add(in inputs) {
	h.all = slices.DeleteFunc(h.all, func(x inputs) bool { return x == in })
	h.all = slices.Insert(h.all, 0, in)
	h.all = h.all[:min(len(h.all), maxHistory)]
}

// String is a search on one line.
func (in inputs) String() string {
	var parts []string
	for i, text := range in {
		switch {
		case text == "":
		case i == fieldService || i == fieldOperation || i == fieldTags:
			parts = append(parts, text)
		default:
			parts = append(parts, fieldNames[i]+" "+text)
		}
	}
	return strings.Join(parts, "  ")
}

// inputsOf fills the form in from a query.
func inputsOf(c page.Context, q page.TraceQuery) inputs {
	var in inputs
	in[fieldService], in[fieldOperation] = q.Service, q.Operation
	tags := map[string]string{}
	for concept, v := range q.Tags {
		tags[c.NamesOf(concept)[0]] = v
	}
	maps.Copy(tags, q.SpanTags)
	if q.Errors {
		tags["error"] = "true"
	}
	in[fieldTags] = joinTags(tags)
	if q.Min > 0 {
		in[fieldMin] = durationText(q.Min)
	}
	if q.Max > 0 {
		in[fieldMax] = durationText(q.Max)
	}
	if window, start, end := reach(c, q); window == 0 && end.IsZero() {
		in[fieldWindow] = durationText((c.Now.Sub(start) + time.Minute - 1).Truncate(time.Minute))
	} else if window == 0 {
		in[fieldWindow] = c.Zone(start).Format(fullTime) + " to " + c.Zone(end).Format(fullTime)
	}
	if q.Limit > 0 {
		in[fieldLimit] = strconv.Itoa(q.Limit)
	}
	return in
}

// durationText is a duration as parseDuration reads it: "1h", not "1h0m0s".
func durationText(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// query is what in asks for; faults say of each field what is wrong with it. from is the query that the form was
// filled in from: a tag that named a concept there goes on to be looked for under each of its names.
func (in inputs) query(c page.Context, from page.TraceQuery) (q page.TraceQuery, faults [fields]string) {
	fault := func(field int, err error) {
		if err != nil {
			faults[field] = err.Error()
		}
	}
	text := func(field int) string { return strings.TrimSpace(in[field]) }
	var err error
	if q.Service = text(fieldService); q.Service == "" {
		faults[fieldService] = "Jaeger searches one service at a time: name it"
	}
	q.Operation = text(fieldOperation)
	q.SpanTags, err = splitTags(text(fieldTags))
	fault(fieldTags, err)
	q.Min, err = parseDuration(text(fieldMin))
	fault(fieldMin, err)
	q.Max, err = parseDuration(text(fieldMax))
	if err == nil && q.Max > 0 && q.Max < q.Min {
		err = fmt.Errorf("it must not be shorter than %s, the least", text(fieldMin))
	}
	fault(fieldMax, err)
	q.Since, q.Until, err = parseWindow(text(fieldWindow), c.Zone(c.Now))
	fault(fieldWindow, err)
	if l := text(fieldLimit); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > maxLimit {
			fault(fieldLimit, fmt.Errorf("%q is no number from 1 to %d", l, maxLimit))
		}
		q.Limit = n
	}
	q.Errors = q.SpanTags["error"] == "true"
	for concept, v := range from.Tags {
		if name := c.NamesOf(concept)[0]; q.SpanTags[name] == v {
			if q.Tags == nil {
				q.Tags = map[string]string{}
			}
			q.Tags[concept] = v
			delete(q.SpanTags, name)
		}
	}
	a := attempt{operation: q.Operation, tagged: len(q.Tags)+len(q.SpanTags) > 0, min: q.Min}
	if q.Title = a.asked(c, q); q.Title == "" {
		q.Title = q.Service
	}
	return q, faults
}

// splitTags reads "k=v k2=v2"; names and values that hold spaces stand in double quotes, in which \ takes the next
// character as it is.
func splitTags(text string) (map[string]string, error) {
	tags := map[string]string{}
	var name, word strings.Builder
	quoted, escaped, named := false, false, false
	flush := func() error {
		k, v := name.String(), word.String()
		switch {
		case !named && v == "":
			return nil
		case !named:
			return fmt.Errorf("%q has no value: write name=value, several with a space between", v)
		case k == "":
			return fmt.Errorf("=%s has no name: write name=value, several with a space between", v)
		}
		if was, twice := tags[k]; twice && was != v {
			return fmt.Errorf("%s is asked to be both %q and %q", k, was, v)
		}
		tags[k] = v
		name.Reset()
		word.Reset()
		named = false
		return nil
	}
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
			word.WriteRune(r)
		case r == '=' && !named:
			name.WriteString(word.String())
			word.Reset()
			named = true
		case unicode.IsSpace(r):
			if err := flush(); err != nil {
				return nil, err
			}
		default:
			word.WriteRune(r)
		}
	}
	if quoted {
		return nil, errors.New(`a " is not closed`)
	}
	return tags, flush()
}

// joinTags writes tags as splitTags reads them.
func joinTags(tags map[string]string) string {
	quote := func(s string) string {
		if s != "" && !strings.ContainsAny(s, " \"\\=") {
			return s
		}
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		parts = append(parts, quote(k)+"="+quote(tags[k]))
	}
	return strings.Join(parts, " ")
}

// parseDuration reads "500ms", "1.5 s", "2m", "1h30m" or "2d"; "" is 0.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	compact := strings.ReplaceAll(text, " ", "")
	if days, ok := strings.CutSuffix(compact, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 365 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(compact)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no duration: write 500ms, 1.5s, 2m or 1h", text)
	}
	return d, nil
}

const fullTime = "2006-01-02 15:04"

// parseWindow reads how far back from now, or "14:00 to 14:30", with dates or, without, the last such time, in now's
// zone. "" are zero times.
func parseWindow(text string, now time.Time) (since, until time.Time, err error) {
	if text == "" {
		return since, until, nil
	}
	from, to, ok := strings.Cut(text, " to ")
	if !ok && strings.Count(text, "-") == 1 {
		from, to, ok = strings.Cut(text, "-")
	}
	if !ok {
		d, err := parseDuration(text)
		if err != nil {
			return since, until, fmt.Errorf("%q is no window: write 15m, 1h or 2d back from now, or 14:00 to 14:30", text)
		}
		return now.Add(-d), until, nil
	}
	since, err = parseTime(strings.TrimSpace(from), now)
	if err == nil {
		until, err = parseTime(strings.TrimSpace(to), now)
	}
	switch {
	case err != nil:
		return time.Time{}, time.Time{}, err
	case !until.After(since):
		return time.Time{}, time.Time{}, fmt.Errorf("%q ends before it begins", text)
	}
	return since, until, nil
}

func parseTime(text string, now time.Time) (time.Time, error) {
	if t, err := time.ParseInLocation(fullTime, text, now.Location()); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation("15:04", text, now.Location())
	if err != nil {
		return t, fmt.Errorf("%q is no time: write 14:05 or 2006-01-02 14:05", text)
	}
	t = time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
	if t.After(now) {
		t = t.AddDate(0, 0, -1)
	}
	return t, nil
}
