package panel

import (
	"time"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/dashboard"
)

// HealthStrip is a check's history from start to now in exactly width cells, as the health panel draws it.
func HealthStrip(s *themes.Styles, points []sources.HealthPoint, start, now time.Time, width int) string {
	d := dashboard.Data{Grid: dashboard.Grid{Start: start, Columns: 2}}
	return newView(d, Options{Styles: s, Now: now}).strip(points, width)
}
