package sources

import "time"

// Matcher is one condition of a silence on an alert's labels, as in Alertmanager: name=value, name!=value, name=~value
// or name!~value. A regular expression is anchored at both ends; a missing label counts as "".
type Matcher struct {
	Name, Value string
	Regex       bool // Value is a regular expression (RE2)
	Negative    bool // != or !~
}

// SilenceState is where a silence is in its life.
type SilenceState string

const (
	SilencePending SilenceState = "pending" // begins later
	SilenceActive  SilenceState = "active"
	SilenceExpired SilenceState = "expired" // ended by time or by hand; Alertmanager keeps it for a while
)

// Silence mutes the alerts that all of its matchers match. All text is sanitised. To create one, ID is ""; one with the
// ID of a silence that has not expired changes that one (Alertmanager may give it another ID then). A zero StartsAt is
// now, by Alertmanager's clock.
type Silence struct {
	ID               string
	Matchers         []Matcher
	StartsAt, EndsAt time.Time
	UpdatedAt        time.Time
	CreatedBy        string
	Comment          string
	State            SilenceState
	// Altered tells that Alertmanager has a matcher otherwise than it is shown, because Clean changed it: sent back, it
	// would mute something else.
	Altered bool
}
