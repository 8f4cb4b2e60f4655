// Package tui is the root model: routing, layout, status bar, help, overlays.
package tui

import (
	"time"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
)

// Options is what the command line hands the screen.
type Options struct {
	Feed         *feed.Feed
	Vocab        func() dashboard.Vocabulary // may change once, when detection ends; nil result: still detecting
	Dashboards   []dashboard.Dashboard       // overview, business
	Styles       func(dark bool) *themes.Styles
	Context      string        // name of the config context, "" for none
	Window       time.Duration // first window
	Refresh      time.Duration
	Page         string // first page: overview, tenants, traces, alerts, health, business
	TraceService string
	TagNames     map[string][]string
	UTC          bool
	Version      string
}
