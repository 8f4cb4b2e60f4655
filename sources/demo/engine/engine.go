// Package engine is Prometheus itself in the demo's process: its TSDB, its PromQL engine, its rule manager and its
// HTTP API, filled from the simulated service.
package engine

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"

	"dlmon/sources/demo/service"
)

//go:embed rules.yml
var alertRules []byte

// rulesFile is the name under which the API shows the embedded rules.
const rulesFile = "alert_rules.yml"

// interval is how often the live part is scraped and its rules are evaluated.
const interval = service.Step

// historyInterval is how far the samples of the history stand apart. Many tenants are many series: they get fewer
// samples, so that the demo still starts soon.
func historyInterval(tenants int) time.Duration {
	if tenants <= 24 {
		return 15 * time.Second
	}
	return time.Minute
}

// Options say where Prometheus finds things.
type Options struct {
	// Addr is the address of the metrics endpoints as the targets show it, "host:port".
	Addr string
	// Self is the address of Prometheus's own API.
	Self string
	// Alertmanager is the address of the Alertmanager as the API shows it; "" for none.
	Alertmanager string
	// Notify gets the alerts that an Alertmanager would; nil drops them.
	Notify rules.NotifyFunc
}

// Engine is a running Prometheus. Its data live in a temporary directory that Close removes.
type Engine struct {
	options  Options
	dir      string
	db       *tsdb.DB
	promql   *promql.Engine
	parser   parser.Parser
	manager  *rules.Manager
	config   *config.Config
	targets  *targets
	recorder *recorder
	registry *prometheus.Registry
	logger   *slog.Logger
	started  time.Time
	cancel   context.CancelFunc
	running  chan struct{} // closed when the rule manager has stopped; nil before Run
}

// Open starts an empty Prometheus.
func Open(o Options) (opened *Engine, err error) {
	e := &Engine{options: o, logger: promslog.NewNopLogger(), registry: prometheus.NewRegistry(), started: time.Now()}
	defer func() {
		if err != nil {
			opened, err = nil, errors.Join(fmt.Errorf("demo: prometheus: %w", err), e.Close())
		}
	}()
	if e.dir, err = os.MkdirTemp("", "dlmon-demo-"); err != nil {
		return nil, err
	}
	to := tsdb.DefaultOptions()
	to.WALSegmentSize = -1 // nobody reads it again
	to.NoLockfile = true
	to.StripeSize = 1 << 10
	to.HeadChunksWriteBufferSize = 64 << 10
	to.RetentionDuration = (24 * time.Hour).Milliseconds()
	to.EnableExemplarStorage = true
	// Fewer than the trace store has room for, so that an exemplar never outlives its trace.
	to.MaxExemplars = 6000
	if e.db, err = tsdb.Open(e.dir, e.logger, e.registry, to, nil); err != nil {
		return nil, err
	}
	e.parser = parser.NewParser(parser.Options{})
	e.promql = promql.NewEngine(promql.EngineOpts{
		Logger: e.logger, Reg: e.registry, MaxSamples: 50_000_000, Timeout: 30 * time.Second,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: e.parser,
		NoStepSubqueryIntervalFn: func(int64) int64 { return interval.Milliseconds() },
	})
	if e.config, err = config.Load(configYAML(o), e.logger); err != nil {
		return nil, err
	}
	if e.targets, err = newTargets(e.config); err != nil {
		return nil, err
	}
	e.recorder = &recorder{db: e.db, up: map[string]*[3]series{}, marks: e.targets.marks()}
	ctx, cancel := context.WithCancel(context.Background())
	e.cancel = cancel
	notify := o.Notify
	if notify == nil {
		notify = func(context.Context, string, ...*rules.Alert) {}
	}
	e.manager = rules.NewManager(&rules.ManagerOptions{
		ExternalURL: &url.URL{Scheme: "http", Host: o.Self}, Context: ctx, Logger: e.logger, Registerer: e.registry,
		QueryFunc: rules.EngineQueryFunc(e.promql, e.db), NotifyFunc: notify,
		AppendableV2: e.db, Queryable: e.db, Parser: e.parser, GroupLoader: embedded{e.parser, e.logger},
		OutageTolerance: time.Hour, ForGracePeriod: time.Second, ResendDelay: time.Minute,
		DefaultRuleQueryOffset: func() time.Duration { return 0 },
	})
	return e, e.manager.Update(interval, []string{rulesFile}, e.config.GlobalConfig.ExternalLabels, "http://"+o.Self, nil)
}

// embedded loads the rules that the binary carries.
type embedded struct {
	parser parser.Parser
	logger *slog.Logger
}

func (l embedded) Load(_ string, lenient bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	return rulefmt.Parse(alertRules, lenient, scheme, l.parser, l.logger)
}

func (l embedded) Parse(query string) (parser.Expr, error) { return l.parser.ParseExpr(query) }

// Fill writes the service's history, from its origin up to its start, and hands every sampled request to keep.
func (e *Engine) Fill(ctx context.Context, s *service.Service, keep func([]service.Request)) error {
	end, every := s.Options().Start, historyInterval(len(s.Tenants()))
	e.targets.describe(s)
	for s.Now().Before(end) {
		if err := ctx.Err(); err != nil {
			return err
		}
		at, sampled := s.Advance()
		keep(sampled)
		if at.Sub(s.Origin())%every == 0 || at.Equal(end) {
			if err := e.recorder.record(ctx, at, s); err != nil {
				return err
			}
		}
	}
	e.targets.report(end)
	return nil
}

// Scrape writes the service's present state.
func (e *Engine) Scrape(ctx context.Context, at time.Time, s *service.Service) error {
	err := e.recorder.record(ctx, at, s)
	e.targets.report(at)
	return err
}

// Evaluate runs all rules once, as of the given time.
func (e *Engine) Evaluate(ctx context.Context, at time.Time) {
	for _, g := range e.manager.RuleGroups() {
		rules.DefaultEvalIterationFunc(ctx, g, at)
	}
}

// Run evaluates the rules by the clock until Close.
func (e *Engine) Run() {
	e.running = make(chan struct{})
	go func() {
		defer close(e.running)
		e.manager.Run()
	}()
}

// Close stops everything and removes the data.
func (e *Engine) Close() error {
	var errs []error
	if e.cancel != nil {
		e.cancel()
	}
	if e.manager != nil {
		if e.running == nil {
			e.Run() // groups that never ran can't be stopped
		}
		e.manager.Stop()
		<-e.running
	}
	if e.promql != nil {
		errs = append(errs, e.promql.Close())
	}
	if e.db != nil {
		errs = append(errs, e.db.Close())
	}
	if e.dir != "" {
		errs = append(errs, os.RemoveAll(e.dir))
	}
	return errors.Join(errs...)
}
