package dashboard

// What a panel asks of the feed.

import (
	"cmp"
	"strings"
	"time"

	"dlmon/sources/feed"
)

const (
	mainQuery   = "main"
	beforeAgo   = time.Hour
	beforeEvery = time.Minute
)

// rate is the effective rate window; the guide's five minutes until the root has worked it out.
func (e Env) rate() time.Duration {
	if e.Rate > 0 {
		return e.Rate
	}
	return RateWindow(0, e.Step)
}

// PromQL is the query as it is asked for a value at one time, and false when the vocabulary is unknown yet or lacks what
// it needs. Its rate window does not depend on the screen's: a longer window must not dilute what is wrong now.
func (q Query) PromQL(env Env) (string, bool) { return q.PromQLAgo(env, 0) }

// PromQLAgo is the query as it is asked for a value so long ago: recorded series may not reach back to then.
func (q Query) PromQLAgo(env Env, ago time.Duration) (string, bool) {
	q.only = nil
	return q.promQL(env, RateWindow(env.Scrape, 0), ago)
}

// rangeQL is the query as it is asked for a range: the rate window is a step at least, so that no spike hides between
// two columns.
func (q Query) rangeQL(env Env) (string, bool) {
	if q.between(env) {
		span := max(env.Step, 2*env.scrape())
		expr, fine := q.Expr, max(env.scrape(), (span/looks).Round(time.Second))
		if strings.Contains(q.RangeExpr, exprVariable) {
			if expr = q.template(env, env.rate(), env.Window+span); expr != q.Expr {
				fine = min(recordEvery, span) // a few series, and all that there is of them
			}
		}
		q.Expr = strings.NewReplacer(stepVariable, promDuration(span), fineVariable, promDuration(fine), exprVariable, strings.TrimSpace(expr)).Replace(q.RangeExpr)
		q.Record = ""
	}
	return q.promQL(env, env.rate(), env.Window)
}

// What stands in a RangeExpr for the time of a column, at least two scrapes, for the time between two looks within it, and
// for the expression itself.
const (
	stepVariable = "$step"
	fineVariable = "$fine"
	exprVariable = "$expr"
)

// looks is how many values of an aggregate are taken in a column: each costs as much as a column does, and Prometheus holds
// all of them for all series at once, fifty million at most.
const looks = 6

// between tells whether there are samples between the columns of q's range, which RangeExpr looks at.
func (q Query) between(env Env) bool { return q.RangeExpr != "" && env.Step > env.scrape() }

// scrape is the scrape interval; a minute, which is Prometheus's default, while it is not known.
func (e Env) scrape() time.Duration { return cmp.Or(e.Scrape, time.Minute) }

// promQL is the query at a rate window, for answers that reach that far back.
func (q Query) promQL(env Env, rate, back time.Duration) (string, bool) {
	if env.Vocab == nil {
		return "", false
	}
	expr, missing := expandFor(q.only.restrict(q.template(env, rate, back), env.Vocab), env.Vocab, rate, q.Tenant)
	return q.only.fill(expr), missing == ""
}

// coarse is a step at which a range's last column is too old to stand for the value now.
const (
	coarse      = 5 * time.Minute
	coarseEvery = 30 * time.Second
)

func (q Query) instant(expr string) feed.Request {
	every := q.Every
	switch {
	case strings.Contains(expr, fromRecord) && !q.calm:
		every = max(every, recordEvery/2) // there is hardly anything newer in between
	case q.heavy:
		every = max(every, recordEvery)
	}
	return feed.Request{Kind: feed.Instant, Expr: expr, Every: every, Heavy: q.Heavy(expr)}
}

// Heavy tells whether expr, q as it is asked, looks at every series of every tenant: it is one that `dlmon rules` would
// record, and isn't recorded.
func (q Query) Heavy(expr string) bool {
	return (q.heavy || len(q.recordable()) > 0) && !strings.Contains(expr, fromRecord)
}

func (q Query) before(env Env) feed.Request {
	expr, _ := q.PromQLAgo(env, beforeAgo)
	return feed.Request{Kind: feed.Instant, Expr: expr, Ago: beforeAgo, Every: beforeEvery, Heavy: q.Heavy(expr)}
}

// ranged tells whether q's range is asked.
func (q Query) ranged(env Env) bool {
	return q.Range && env.Window > 0 && env.Step > 0 && (q.only == nil || len(q.only.values) > 0)
}

func (q Query) rangeRequest(env Env) feed.Request {
	expr, _ := q.rangeQL(env)
	return feed.Request{Kind: feed.Range, Expr: expr, Window: env.Window, Step: env.Step}
}

// Requests is what the panel needs while it is on the screen. A panel whose main query can't be asked (the vocabulary
// is not known yet, or lacks it) asks for no PromQL at all.
func (p Panel) Requests(env Env) []feed.Request {
	var reqs []feed.Request
	switch p.Kind {
	case KindAlerts:
		return []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}}
	case KindHealth:
		return []feed.Request{{Kind: feed.Health}}
	case KindTraces:
		return p.searches(env)
	case KindTargets:
		reqs = append(reqs, feed.Request{Kind: feed.Targets})
		// Engines that scrape nothing themselves know no targets, but hold what was scraped.
		if env.Data != nil && refused(env.Data.Targets()) {
			reqs = append(reqs, p.InstantRequests(env)...)
		}
	}
	for i, q := range p.Queries {
		expr, ok := q.PromQL(env)
		if !ok && i == 0 {
			break
		}
		if !ok {
			continue
		}
		ranged := q.ranged(env)
		switch {
		case q.Instant && p.apart && len(q.Stats) > 0:
			for _, s := range p.asked(q) {
				if expr, ok := s.PromQL(env); ok {
					reqs = append(reqs, s.instant(expr))
				}
			}
		case q.Instant:
			reqs = append(reqs, q.instant(expr))
		case p.Group != nil && q.Name == p.Group.Points: // of these, only the past is drawn
		case ranged && (env.Step > coarse || q.between(env)):
			now := q.instant(expr)
			if env.Step > coarse {
				now.Every = max(now.Every, coarseEvery)
			}
			reqs = append(reqs, now)
		}
		if ranged {
			reqs = append(reqs, q.rangeRequest(env))
		}
		if q.Before && !p.first {
			reqs = append(reqs, q.before(env))
		}
	}
	if p.Kind == KindVerdict && len(reqs) > 0 { // the tenant's alerts are part of it
		reqs = append(reqs, feed.Request{Kind: feed.Rules}, feed.Request{Kind: feed.Managed})
	}
	for _, g := range p.Gauges {
		if g.Check != "" && len(reqs) > 0 {
			reqs = append(reqs, feed.Request{Kind: feed.Health})
		}
	}
	return reqs
}

// InstantRequests is the main query as an instant query, whatever the panel asks while it is on the screen: what a
// snapshot holds as the panel's series, over the window too. It is empty when there is no main query or it can't be asked.
func (p Panel) InstantRequests(env Env) []feed.Request {
	if len(p.Queries) == 0 {
		return nil
	}
	expr, ok := p.Queries[0].PromQLAgo(env, env.Window)
	if !ok {
		return nil
	}
	return []feed.Request{p.Queries[0].instant(expr)}
}
