package chart

import (
	"regexp"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a machine may know no zones
)

func TestNoTwoTicksOfAnAxisReadAlike(t *testing.T) {
	label := regexp.MustCompile(`[A-Z][a-z]{2} (\d\d:\d\d|\d+( \d\d:\d\d)?)|\d\d:\d\d(:\d\d)?`)
	ends := []time.Time{
		time.Date(2026, 11, 24, 12, 56, 54, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 2, 23, 59, 0, 0, time.UTC),
		time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 26, 3, 7, 0, 0, time.UTC), // clocks are put back in Europe,
		time.Date(2026, 11, 1, 13, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 12, 30, 0, 0, time.UTC), // in America; and put on
	}
	day := 24 * time.Hour
	spans := []time.Duration{
		time.Minute, 90 * time.Second, 5 * time.Minute, 6 * time.Minute, 10 * time.Minute, 15 * time.Minute, time.Hour, 90 * time.Minute,
		3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 23 * time.Hour, day, 25 * time.Hour, 2 * day, 3 * day, 4 * day, 5 * day, 7 * day,
		10 * day, 14 * day, 30 * day,
	}
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range ends {
			for _, span := range spans {
				start := end.Add(-span)
				_, before := start.In(zone).Zone()
				_, after := end.In(zone).Zone()
				if after < before && span < 2*day {
					continue // an hour of this day comes twice, and its clock reads so
				}
				for width := 12; width <= 300; width += 7 {
					axis := TimeAxis{Start: start, End: end, Zone: zone, Rule: true}
					line := textOf(axis.rows(2, width, '+', '-', '|')[1])
					seen := map[string]bool{}
					for _, l := range label.FindAllString(line, -1) {
						if seen[l] {
							t.Fatalf("%v until %v on %d cells: %q stands twice in %q", span, end.In(zone), width, l, line)
						}
						seen[l] = true
					}
				}
			}
		}
	}
}

func TestFinerTicksSayWhatTellsThemApart(t *testing.T) {
	end := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		span  time.Duration
		width int
		want  string
	}{
		{6 * time.Minute, 180, "23:59:30"},
		{6 * time.Minute, 60, "23:59"},
		{7 * 24 * time.Hour, 190, "Nov 25"},
		{7 * 24 * time.Hour, 240, "Nov 25 12:00"},
	} {
		line := textOf(TimeAxis{Start: end.Add(-tt.span), End: end}.rows(2, tt.width, '+', '-', '|')[0])
		if !strings.HasSuffix(strings.TrimRight(line, " "), "  "+tt.want) {
			t.Errorf("%v on %d cells end with %q, want %q", tt.span, tt.width, line, tt.want)
		}
	}
}
