// Command dlmon-demo is the dashboard on an embedded stack: a simulated service, Prometheus's own engine, a trace store
// and a health endpoint, all in this process. The dashboard talks to them over the network as to any server.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"dlmon/cmd/dlmon"
	"dlmon/sources/demo/service"
	"dlmon/sources/demo/stack"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// flags are the demo's own.
type flags struct {
	seed     uint64
	tenants  int
	scenario string
	serve    bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var f flags
	return dlmon.Execute(ctx, dlmon.Build{
		Name:    "dlmon-demo",
		Short:   "dlmon on an embedded stack: nothing else needs to run",
		Args:    args,
		Stdout:  stdout,
		Stderr:  stderr,
		Flags:   f.add,
		Prepare: func(ctx context.Context, c *dlmon.Config) (func(), error) { return f.prepare(ctx, c, stdout, stderr) },
	})
}

// maxTenants bounds the series that are back-filled: 200 tenants take some ten seconds.
const maxTenants = 200

func (f *flags) add(set *pflag.FlagSet) {
	set.Uint64Var(&f.seed, "seed", 1, "the same seed gives the same series")
	set.IntVar(&f.tenants, "tenants", 12, fmt.Sprintf("tenants of the simulated service, 2 to %d", maxTenants))
	set.StringVar(&f.scenario, "scenario", string(service.SlowTenant), "what goes wrong: "+service.ScenarioNames())
	set.BoolVar(&f.serve, "serve", false, "no screen: print the servers' URLs and run until stopped")
}

// prepare starts the stack and points the dashboard's sources at it.
func (f *flags) prepare(ctx context.Context, c *dlmon.Config, stdout, stderr io.Writer) (func(), error) {
	scenario, err := service.ParseScenario(f.scenario)
	if err != nil {
		return nil, fmt.Errorf("--scenario: %w", err)
	}
	if f.tenants < 2 || f.tenants > maxTenants {
		return nil, fmt.Errorf("--tenants: %d, expected 2 to %d", f.tenants, maxTenants)
	}
	s, err := stack.Start(ctx, stack.Options{Seed: f.seed, Tenants: f.tenants, Scenario: scenario})
	if err != nil {
		return nil, err
	}
	cleanup := func() {
		if err := s.Close(); err != nil {
			fmt.Fprintf(stderr, "dlmon-demo: %v\n", err)
		}
	}
	for _, u := range s.URLs.List() {
		if f.serve {
			fmt.Fprintf(stdout, "%s-url=%s\n", u.Source, u.URL)
			continue
		}
		c.SetURL(u.Source, u.URL)
	}
	if f.serve {
		<-ctx.Done()
		return cleanup, dlmon.ErrDone
	}
	return cleanup, nil
}
