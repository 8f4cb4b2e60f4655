package sources

import (
	"errors"
	"strings"
)

// Kind says what went wrong with a request, and so who has to act and when to try again.
type Kind int

const (
	Internal     Kind = iota // dlmon could not understand the answer
	Refused                  // nobody listens there, or the name does not resolve
	Timeout                  // no answer within the bound
	Unavailable              // the server answers, but is not able to serve (5xx, gRPC Unavailable)
	Unauthorized             // 401, 403: credentials
	Rejected                 // the server understood and refuses this one request (bad query, 404, 422)
	TooLarge                 // the answer exceeded dlmon's bound
	Canceled                 // dlmon gave up by itself: nobody looks any more
	NotKept                  // it is about a past that nobody has kept
)

// Error is a failed request to a source. Its text reads "source: asked: what came back (what to do)", is sanitised
// and carries no credentials.
type Error struct {
	Source string // "prometheus", "health", "jaeger", "alertmanager"
	Asked  string // what was asked: `query "up"`, "rules", "trace 4bf9..."
	Reason string // what came back
	Advice string // what to do about it; may be empty
	Kind   Kind
	Err    error // the cause, for errors.Is; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Source)
	if e.Asked != "" {
		b.WriteString(": " + e.Asked)
	}
	b.WriteString(": " + e.Reason)
	if e.Advice != "" {
		b.WriteString(" (" + e.Advice + ")")
	}
	return Clean(b.String())
}

func (e *Error) Unwrap() error { return e.Err }

// SourceFault tells whether err says something about the whole source (unreachable, silent, refusing us), so that
// everything asked of it should wait, rather than about the one request.
func SourceFault(err error) bool {
	switch KindOf(err) {
	case Refused, Timeout, Unavailable, Unauthorized:
		return true
	}
	return false
}

// KindOf is the Kind of the first *Error in err's chain, else Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
