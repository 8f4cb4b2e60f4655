package dashboard

import "time"

// Kinds of marks on a time axis.
const (
	MarkFiring   = "firing"   // an alert went active
	MarkResolved = "resolved" // an alert ended
	MarkRestart  = "restart"  // a process of the service started
	MarkVersion  = "version"  // the service runs another version
)

// Mark is something that happened, shown on every time axis.
type Mark struct {
	At    time.Time
	Kind  string
	State State  // of an alert: critical or warn
	Text  string // "SlowSearchQueries", "2.4.1", sanitised
}
