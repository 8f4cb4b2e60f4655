package sources

import (
	"cmp"
	"time"
)

// AlertState is where an alert is between its rule's condition and a notification.
type AlertState string

const (
	Firing   AlertState = "firing"
	Pending  AlertState = "pending"
	Inactive AlertState = "inactive"
)

// Alert is one active instance of an alerting rule. All text is sanitised.
type Alert struct {
	Name        string // label alertname
	State       AlertState
	Severity    string // label severity, as the rule spells it; "" if it has none
	Labels      Labels // all labels, alertname and severity included
	Annotations Labels
	ActiveSince time.Time     // pending first, where its rule says so
	For         time.Duration // how long its rule keeps it pending before it fires; 0 where that is not known
	Value       float64       // the expression's value at the last evaluation; NaN if unknown

	// From Alertmanager, where one is configured and knows the alert.
	Silenced  []string // ids of the silences that mute it
	Inhibited []string // fingerprints of the alerts that inhibit it
	Receivers []string
	// Known is true when Alertmanager holds this alert, under that Fingerprint.
	Known       bool
	Fingerprint string

	// Altered names the labels whose value the server has otherwise than it is shown: Clean changed it. No matcher on
	// what is shown would match them.
	Altered []string
}

// Since is since when the alert stands as it does: since when it fires, or since when it is pending.
func (a Alert) Since() time.Time {
	if a.State != Firing || a.ActiveSince.IsZero() {
		return a.ActiveSince
	}
	return a.ActiveSince.Add(a.For)
}

// Muted tells whether Alertmanager keeps the alert from notifying anybody.
func (a Alert) Muted() bool { return len(a.Silenced) > 0 || len(a.Inhibited) > 0 }

// Quiet is the word for what keeps the alert from notifying anybody: "silenced", "inhibited", "" for nothing. What is
// both is called silenced: that is what somebody has done.
func (a Alert) Quiet() string {
	switch {
	case len(a.Silenced) > 0:
		return "silenced"
	case len(a.Inhibited) > 0:
		return "inhibited"
	}
	return ""
}

// Standing is the word for where the alert stands: what keeps it from notifying anybody, else its state.
func (a Alert) Standing() string { return cmp.Or(a.Quiet(), string(a.State)) }

// Rule is one alerting rule with its active alerts. Recording rules are left out.
type Rule struct {
	Name           string
	Group, File    string
	Expr           string        // PromQL
	For            time.Duration // how long the condition must hold
	KeepFiringFor  time.Duration
	Labels         Labels
	Annotations    Labels
	State          AlertState
	Health         string // ok, unknown, err
	LastError      string
	LastEvaluation time.Time
	EvaluationTime time.Duration
	Alerts         []Alert
}

// RecordingRule is one recording rule as the server last evaluated it.
type RecordingRule struct {
	Expr           string // PromQL
	Group          string
	Interval       time.Duration // between two evaluations; 0: not told
	Failed         string        // why its last evaluation failed; "": it didn't
	LastEvaluation time.Time     // of any rule of its group, by the server's clock; zero: not told
	Age            time.Duration // since then, by the server's clock when it tells the time, else by this machine's
}

// Stalled tells whether the rule's group is no longer evaluated: three intervals have gone by, or of long ones one and two
// minutes. Until five minutes after its last sample the series answers as if it were of the present.
func (r RecordingRule) Stalled() bool {
	return !r.LastEvaluation.IsZero() && r.Interval > 0 && r.Age > min(3*r.Interval, r.Interval+2*time.Minute)
}

// ManagedAlert is an alert as Alertmanager holds it.
type ManagedAlert struct {
	Fingerprint string
	State       string // active, suppressed, unprocessed
	Labels      Labels
	Annotations Labels
	StartsAt    time.Time
	SilencedBy  []string
	InhibitedBy []string
	Receivers   []string
	Altered     []string // as Alert's
}
