package sources

import "time"

// Snapshot is an immutable value with the time at which it was true and the error of the last try. A failed refresh
// keeps the last good value and sets Err.
type Snapshot[T any] struct {
	Value T
	At    time.Time // when Value was true; zero if there never was one
	Err   error     // of the last try; nil if it succeeded
	Tried time.Time // when the last try ended; zero before the first
}

// OK tells whether there is a value at all, fresh or not.
func (s Snapshot[T]) OK() bool { return !s.At.IsZero() }

// Answered tells whether the source has answered or failed at least once.
func (s Snapshot[T]) Answered() bool { return !s.Tried.IsZero() }

// Age is how long ago Value was true; 0 without a value.
func (s Snapshot[T]) Age(now time.Time) time.Duration {
	if s.At.IsZero() || now.Before(s.At) {
		return 0
	}
	return now.Sub(s.At)
}
