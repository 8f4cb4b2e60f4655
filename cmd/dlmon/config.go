package dlmon

import (
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources/feed"
	"dlmon/themes"
)

// Config is the effective configuration: flags over environment over the file's context over its top level over
// defaults.
type Config struct {
	File    string // the config file that was read; "" for none
	Context string // the context picked in it; "" for none

	Prometheus   Source
	Health       Source
	Jaeger       Source
	Alertmanager Source

	Window       time.Duration       // the first window, 1 min to 30 d
	Refresh      time.Duration       // cadence of live queries, at least 1 s
	Theme        string              // one of themes.Names, or the name of a file in the folder themes
	Vocabulary   string              // auto, guide, service-v1 or a file
	ASCII        bool                // only ASCII reaches the terminal
	NoColor      bool                // no colour reaches the terminal
	LogFile      string              // "" logs nothing
	Page         string              // the first page
	MaxSpans     int                 // kept of one trace
	LocalTime    bool                // times in the machine's zone, else in UTC
	At           string              // the time or the range to show at first, as typed; "" is live
	Tenant       string              // whose page is opened at first; "" for none
	Panel        string              // the id of the panel that is opened at first, of Page or of Tenant's page; "" for none
	Alert        string              // whose detail the page of alerts opens at first; "" for none
	Against      string              // what movers compare with at first, one of page.MoversAgainst
	Filter       string              // of the first page's list
	Sort         string              // what it is sorted by; "-" before it reverses the order; "" is the page's own
	Group        string              // what it is grouped by; "" is the page's own
	Cursor       string              // the time picked on the charts, as typed; "" for none
	ReadOnly     bool                // nothing is ever written to a server
	Creator      string              // of silences
	Objective    float64             // share of requests that should succeed, 0 to 1
	Mouse        string              // auto, on, off
	Kiosk        bool                // nobody is at the keyboard: implies ReadOnly
	KioskLocked  bool                // no key does anything
	Rotate       []string            // pages that a kiosk turns between; nil: stays
	Every        time.Duration       // how long a kiosk shows each
	Dim          string              // "22:00-06:00": when a kiosk is dimmed; "" is never
	TraceService string              // the Jaeger service whose traces are searched; "" guesses
	Tags         map[string][]string // concept → span tags that name it, likeliest first
	Keys         map[string][]string // action → the operator's own keys; those not named keep their default ones

	custom   *themes.Custom    // Theme, if it is not built in
	origins  map[string]origin // by key: "window", "prometheus.url", "prometheus"
	snapshot bool              // it is for one, which takes more pages than the screen has
}

// Source is one server. An empty URL is a source that is off.
type Source struct {
	URL     string // without user information
	HTTP    config.HTTPClientConfig
	Timeout time.Duration // of one request
}

// sourceNames are the sources in the order in which they are shown.
var sourceNames = []string{feed.SourcePrometheus, feed.SourceHealth, feed.SourceJaeger, feed.SourceAlertmanager}

func (c *Config) source(name string) *Source {
	switch name {
	case feed.SourcePrometheus:
		return &c.Prometheus
	case feed.SourceHealth:
		return &c.Health
	case feed.SourceJaeger:
		return &c.Jaeger
	case feed.SourceAlertmanager:
		return &c.Alertmanager
	}
	return nil
}

// SetURL points a source (feed.SourcePrometheus ...) at a server that the program itself started. The source's whole
// block is replaced: credentials meant for another server are not sent there.
func (c *Config) SetURL(name, url string) {
	s := c.source(name)
	if s == nil {
		return
	}
	*s = Source{URL: url, HTTP: config.DefaultHTTPClientConfig, Timeout: defaultTimeout}
	for _, key := range []string{name, name + ".url", name + ".timeout"} {
		c.origins[key] = origin{text: "started by this program"}
	}
}

// anySource tells whether a server is configured at all.
func (c *Config) anySource() bool {
	for _, name := range sourceNames {
		if c.source(name).URL != "" {
			return true
		}
	}
	return false
}

const defaultTimeout = 10 * time.Second

// origin tells where a value came from.
type origin struct{ text string }

// shownURL is raw without user information and without the values of its query; it works on texts that are no URL.
func shownURL(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		scheme, rest = "", raw
	} else {
		scheme += "://"
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if hasQuery {
		var names []string
		for pair := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(pair, "=")
			names = append(names, name+"=...")
		}
		rest += "?" + strings.Join(names, "&")
	}
	return scheme + rest
}

// sameServer tells whether two URLs name the same scheme, host and port.
func sameServer(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && ua.Host == ub.Host
}
