package dlmon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"sync/atomic"
	"time"

	"dlmon/sources"
	"dlmon/sources/alertmanager"
	"dlmon/sources/feed"
	"dlmon/sources/health"
	"dlmon/sources/jaeger"
	"dlmon/sources/prometheus"
	"dlmon/sources/vocabulary"
	"dlmon/themes"
	"dlmon/tui"
	"dlmon/tui/dashboard"
	"dlmon/tui/keys"
)

// vocabularyAuto asks Prometheus which names exist.
const vocabularyAuto = "auto"

// clients are what the config describes; nil where a source is off. Building them asks no server.
type clients struct {
	prometheus   *prometheus.Client
	health       *health.Client
	jaeger       *jaeger.Client
	alertmanager *alertmanager.Client
}

func (c *Config) clients() (cl clients, err error) {
	if s := c.Prometheus; s.URL != "" && err == nil {
		cl.prometheus, err = prometheus.New(prometheus.Options{URL: s.URL, HTTP: s.HTTP, Timeout: s.Timeout})
	}
	if s := c.Health; s.URL != "" && err == nil {
		cl.health, err = health.New(health.Options{URL: s.URL, HTTP: s.HTTP, Timeout: s.Timeout})
	}
	if s := c.Alertmanager; s.URL != "" && err == nil {
		cl.alertmanager, err = alertmanager.New(alertmanager.Options{URL: s.URL, HTTP: s.HTTP, Timeout: s.Timeout})
	}
	if s := c.Jaeger; s.URL != "" && err == nil {
		cl.jaeger, err = jaeger.New(jaeger.Options{URL: s.URL, HTTP: s.HTTP, Timeout: s.Timeout, MaxSpans: c.MaxSpans})
	}
	return cl, err
}

func (cl clients) close() {
	if cl.jaeger != nil {
		_ = cl.jaeger.Close() // nothing is left to be told to anybody
	}
}

// check builds what the config describes, as far as no server is needed: files it names are read.
func (c *Config) check() error {
	cl, err := c.clients()
	if err != nil {
		return err
	}
	cl.close()
	if err := c.checkArrangement(); err != nil {
		return err
	}
	if c.Vocabulary != vocabularyAuto {
		_, err = vocabulary.Load(c.Vocabulary)
	}
	return err
}

// healthHistory is how long dlmon remembers what the health endpoint said: nobody else does.
const healthHistory = 24 * time.Hour

// session is everything between the config and a screen.
type session struct {
	config  *Config
	clients clients
	feed    *feed.Feed
	data    feed.Reader // a snapshot's: the feed, or the feed as of at
	at      time.Time   // the time that a snapshot is about
	past    bool        // at is not the present
	log     *slog.Logger
	logFile io.Closer
	vocab   atomic.Pointer[vocabulary.Vocabulary] // nil while it is being found out
	depth   map[string]reach                      // of the recorded series found, by name; of whoever looks
	done    chan struct{}
}

// start begins to serve a screen; nothing is asked before a screen wants it. at fixes the evaluation time of queries;
// zero follows the clock. The session ends with ctx; close waits for that.
func (c *Config) start(ctx context.Context, at time.Time, with opening) (*session, error) {
	s := &session{config: c, done: make(chan struct{}), log: slog.New(slog.DiscardHandler)}
	if c.LogFile != "" {
		f, err := os.OpenFile(c.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("log-file: %w", err)
		}
		s.log, s.logFile = slog.New(slog.NewTextHandler(f, nil)), f
	}
	var err error
	if s.clients, err = c.clients(); err != nil {
		return nil, err
	}
	o := feed.Options{URLs: map[string]string{}, Refresh: c.Refresh, History: healthHistory, At: at, Log: s.log}
	for _, name := range sourceNames {
		if url := c.source(name).URL; url != "" {
			o.URLs[name] = shownURL(url)
		}
	}
	// A nil client in an interface would not be nil.
	if s.clients.prometheus != nil {
		o.Prometheus = s.clients.prometheus
	}
	if s.clients.health != nil {
		o.Health = s.clients.health
	}
	if s.clients.jaeger != nil {
		o.Jaeger = s.clients.jaeger
	}
	if with.tracer != nil {
		o.Jaeger, o.URLs[feed.SourceJaeger] = with.tracer, with.from
	}
	if s.clients.alertmanager != nil {
		o.Alertmanager = s.clients.alertmanager
	}
	s.feed = feed.New(o)
	if err := s.knownVocabulary(c.Vocabulary); err != nil {
		return nil, err
	}
	s.log.Info("start", "context", c.Context, "sources", o.URLs)
	go func() {
		defer close(s.done)
		s.feed.Run(ctx)
	}()
	return s, nil
}

// close ends what start began, once its context has ended.
func (s *session) close() {
	<-s.done
	s.clients.close()
	s.log.Info("end")
	if s.logFile != nil {
		_ = s.logFile.Close()
	}
}

// knownVocabulary sets the vocabulary if no server has to be asked for it.
func (s *session) knownVocabulary(name string) error {
	if name == vocabularyAuto {
		if s.clients.prometheus != nil {
			return nil
		}
		name = vocabulary.Guide
	}
	v, err := vocabulary.Load(name)
	if err == nil {
		s.vocab.Store(v)
	}
	return err
}

// vocabulary is what the screen reads: nil while it is being found out.
func (s *session) vocabulary() dashboard.Vocabulary {
	if v := s.vocab.Load(); v != nil {
		return v
	}
	return nil
}

// screen is what the dashboard and a snapshot's frame are made of.
func (s *session) screen(b Build) tui.Options {
	c := s.config
	o := tui.Options{
		Feed:         s.feed,
		Vocab:        s.vocabulary,
		Dashboards:   dashboard.Builtin(),
		Styles:       c.styles,
		Context:      c.Context,
		Window:       c.Window,
		Refresh:      c.Refresh,
		Page:         c.Page,
		TraceService: c.TraceService,
		TagNames:     c.Tags,
		UTC:          !c.LocalTime,
		Tenant:       c.Tenant,
		Against:      c.Against,
		Panel:        c.panel(),
		Arrangement:  c.arrangement(),
		Alert:        c.Alert,
		Creator:      c.Creator,
		Objective:    c.Objective,
		Version:      b.Version,
		Keys:         keys.New(c.Keys),
		Mouse:        c.mouse(b.Env),
	}
	if o.Creator == "" {
		user, _ := b.Env("USER")
		o.Creator = sources.CleanName(user)
	}
	if s.clients.alertmanager != nil && !c.ReadOnly && !c.Kiosk && !c.KioskLocked {
		o.Silencer = s.clients.alertmanager
	}
	return o
}

func (c *Config) styles(dark bool) *themes.Styles {
	if c.custom != nil {
		return c.custom.Styles(dark, !c.NoColor, c.ASCII)
	}
	s, err := themes.Load(c.Theme, dark, !c.NoColor, c.ASCII)
	if err != nil { // the name was checked with the config
		return themes.Default(dark)
	}
	return s
}

// number is a float64 that is null in JSON when it is NaN or infinite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return jsonFloat(f)
}
