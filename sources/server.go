package sources

import "time"

// Target is one scrape target of Prometheus.
type Target struct {
	Job, Instance string
	Up            bool
	Health        string // up, down, unknown
	LastError     string
	LastScrape    time.Time
	ScrapeTook    time.Duration
	Interval      time.Duration
}

// ServerInfo is what a server says of itself. A field it does not tell is zero.
type ServerInfo struct {
	Version        string
	ScrapeInterval time.Duration // Prometheus: the global one, or the commonest of its targets
	// ExternalLabels are what Prometheus adds to alerts that have no such label when it sends them; nil: not told.
	ExternalLabels Labels
	Notes          []string // what the server can and can't do, for the details page
}

// Exemplar is one observation of a histogram that names its trace.
type Exemplar struct {
	Labels  Labels // labels of the series it belongs to
	TraceID string
	Value   float64 // the observed value in the histogram's unit
	At      time.Time
}
