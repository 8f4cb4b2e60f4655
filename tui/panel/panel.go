// Package panel draws dashboard panels: one file per kind. A panel is drawn from dashboard.Data alone.
package panel

import (
	"time"

	"dlmon/themes"
)

// Options is how a panel is to be drawn.
type Options struct {
	Styles        *themes.Styles
	Now           time.Time
	Width, Height int  // cells, title line included; every returned line is exactly Width cells wide
	Focused       bool // the panel has the focus: its title is marked
	Full          bool // full screen: query, unit, thresholds, legend with last/min/max/avg, time axis, cursor
	Cursor        int  // Full: the grid column being read, -1 for none
	Selected      int  // tables: the selected row, -1 for none
	Offset        int  // tables: the first row shown
	UTC           bool
}
