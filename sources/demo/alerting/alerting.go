// Package alerting is the part of Alertmanager that dlmon talks to: its own API, alert store and silences, fed by the
// demo's rule manager. It notifies nobody.
package alerting

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const configYAML = `
route:
  receiver: on-call
  group_by: [alertname, tenant_id]
  routes:
    - receiver: team
      matchers: ['severity="warning"']
receivers:
  - name: on-call
  - name: team
`

// Alertmanager keeps alerts and silences in memory.
type Alertmanager struct {
	alerts  *mem.Alerts
	handler http.Handler
}

// New makes an Alertmanager with one silence: somebody already works on the embedding cache.
func New(ctx context.Context) (*Alertmanager, error) {
	a, err := build(ctx)
	if err != nil {
		return nil, fmt.Errorf("demo: alertmanager: %w", err)
	}
	return a, nil
}

func build(ctx context.Context) (*Alertmanager, error) {
	logger, recorder := promslog.NewNopLogger(), eventrecorder.NopRecorder()
	silences, err := silence.New(silence.Options{Retention: 24 * time.Hour, Logger: logger, EventRecorder: recorder, Metrics: prometheus.NewRegistry()})
	if err != nil {
		return nil, err
	}
	if err := silences.Set(ctx, known(time.Now())); err != nil {
		return nil, err
	}
	alerts, err := mem.NewAlerts(ctx, time.Minute, 0, nil, logger, recorder, nil, nil)
	if err != nil {
		return nil, err
	}
	conf, err := config.Load(configYAML)
	if err != nil {
		return nil, err
	}
	served, err := api.New(api.Options{
		Alerts: alerts, Silences: silences, Logger: logger,
		RequestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "alertmanager_http_request_duration_seconds", Help: "Time to answer an HTTP request.",
		}, []string{"handler", "method", "code"}),
		GroupMutedFunc: func(string, string) ([]string, bool) { return nil, false },
		GroupFunc: func(context.Context, func(*dispatch.Route) bool, func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
			return nil, nil, errors.New("the demo's Alertmanager does not group alerts")
		},
	})
	if err != nil {
		return nil, err
	}
	silencer := silence.NewSilencer(silences, logger, recorder)
	served.Update(conf, func(ctx context.Context, l model.LabelSet) { silencer.Mutes(ctx, l) })
	r := route.New()
	for _, path := range []string{"/-/healthy", "/-/ready"} {
		r.Get(path, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("OK\n")) })
	}
	return &Alertmanager{alerts: alerts, handler: served.Register(r, "/")}, nil
}

func known(now time.Time) *silencepb.Silence {
	equal := func(name, value string) *silencepb.Matcher {
		return &silencepb.Matcher{Type: silencepb.Matcher_EQUAL, Name: name, Pattern: value}
	}
	return &silencepb.Silence{
		MatcherSets: []*silencepb.MatcherSet{{Matchers: []*silencepb.Matcher{
			equal("alertname", "LowCacheHitRate"), equal("cache_type", "embedding"),
		}}},
		StartsAt: timestamppb.New(now), EndsAt: timestamppb.New(now.Add(24 * time.Hour)),
		CreatedBy: "ada", Comment: "the embedding cache moves to bigger nodes this week",
	}
}

// Handler serves the API.
func (a *Alertmanager) Handler() http.Handler { return a.handler }

// Notify takes what the rule manager sends.
func (a *Alertmanager) Notify(ctx context.Context, _ string, alerts ...*rules.Alert) {
	now := time.Now()
	out := make([]*alert.Alert, 0, len(alerts))
	for _, x := range alerts {
		ends := x.ValidUntil
		if !x.ResolvedAt.IsZero() {
			ends = x.ResolvedAt
		}
		out = append(out, &alert.Alert{
			Alert: model.Alert{
				Labels: set(x.Labels), Annotations: set(x.Annotations), StartsAt: x.FiredAt, EndsAt: ends,
			},
			UpdatedAt: now,
		})
	}
	// An alert that does not get here is sent again with the next evaluation.
	_ = a.alerts.Put(ctx, out...)
}

func set(l labels.Labels) model.LabelSet {
	s := model.LabelSet{}
	l.Range(func(l labels.Label) { s[model.LabelName(l.Name)] = model.LabelValue(l.Value) })
	return s
}

// Close stops the store.
func (a *Alertmanager) Close() { a.alerts.Close() }
