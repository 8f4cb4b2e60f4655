package dlmon

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/prometheus/common/config"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"dlmon/sources"
)

func (a *app) configCommand() *cobra.Command {
	check := false
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the effective config and where each value came from",
		Long:  "Print the effective config as YAML, secrets masked, with a comment on where each value came from. With --check, only say whether it is right: whether the dashboard would begin with it.",
		Args:  cobra.NoArgs,
		RunE: a.run(func(ctx context.Context) (int, error) {
			c, err := a.load()
			if err != nil {
				return ExitUsage, err
			}
			if check {
				if err := c.checkScreen(); err != nil {
					return ExitUsage, err
				}
				fmt.Fprintln(a.Stdout, "ok")
				return ExitOK, nil
			}
			text, err := printed(c)
			if err != nil {
				return ExitTrouble, err
			}
			_, err = a.Stdout.Write(text)
			return ExitOK, err
		}),
	}
	cmd.Flags().BoolVar(&check, "check", false, "only say whether the config is right")
	return cmd
}

// load makes the effective config and checks it as far as no server is needed: files it names are read.
func (a *app) load() (*Config, error) {
	c, err := load(inputs{flags: a.flags, env: a.Env, snapshot: a.snapshotting})
	if err != nil {
		return nil, err
	}
	return c, c.check()
}

// printed is the config as YAML that dlmon reads back, but for the secrets, which are masked.
func printed(c *Config) ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	root.HeadComment = sources.Clean(title(c))
	for _, name := range sourceNames {
		s := c.source(name)
		if s.URL == "" {
			root.HeadComment += "\n" + name + " is off: no --" + name + "-url"
			continue
		}
		block, err := s.node(c, name)
		if err != nil {
			return nil, err
		}
		add(root, name, block, c.origins[name])
	}
	for _, o := range options() {
		if strings.HasSuffix(o.name, "-url") {
			continue
		}
		v := &yaml.Node{}
		if err := v.Encode(o.get(c)); err != nil {
			return nil, err
		}
		add(root, o.name, v, c.origins[o.name])
	}
	tags := &yaml.Node{}
	if err := tags.Encode(c.Tags); err != nil {
		return nil, err
	}
	add(root, "tags", tags, c.origins["tags"])
	if len(c.Keys) > 0 {
		own := &yaml.Node{}
		if err := own.Encode(c.Keys); err != nil {
			return nil, err
		}
		add(root, "keys", own, c.origins["keys"])
	}
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	return []byte(b.String()), e.Close()
}

func title(c *Config) string {
	t := "Effective config"
	if c.File != "" {
		t += " of " + c.File
	}
	if c.Context != "" {
		t += ", context " + c.Context
	}
	return t
}

// add appends a key whose comment tells where its value came from.
func add(m *yaml.Node, key string, v *yaml.Node, from origin) {
	k := &yaml.Node{Kind: yaml.ScalarNode, Value: key}
	comment := sources.Clean(from.text)
	if v.Kind == yaml.ScalarNode {
		v.LineComment = comment
	} else {
		k.LineComment = comment
	}
	m.Content = append(m.Content, k, v)
}

// node is a source's block with its secrets masked.
func (s *Source) node(c *Config, name string) (*yaml.Node, error) {
	block := &yaml.Node{Kind: yaml.MappingNode}
	add(block, "url", &yaml.Node{Kind: yaml.ScalarNode, Value: shownURL(s.URL)}, c.origins[name+".url"])
	add(block, "timeout", &yaml.Node{Kind: yaml.ScalarNode, Value: shownDuration(s.Timeout)}, c.origins[name+".timeout"])
	var rest yaml.Node
	if err := rest.Encode(masked(s.HTTP)); err != nil {
		return nil, err
	}
	block.Content = append(block.Content, rest.Content...)
	return block, nil
}

const mask = "<secret>"

// masked is a copy of h without what common/config does not mask by itself: values of headers that look like
// credentials, OAuth2's free parameters and claims, users in URLs.
func masked(h config.HTTPClientConfig) config.HTTPClientConfig {
	if h.HTTPHeaders != nil {
		headers := &config.Headers{Headers: map[string]config.Header{}}
		for name, header := range h.HTTPHeaders.Headers {
			if credential(name) {
				header.Values = masks(header.Values)
			}
			headers.Headers[name] = header
		}
		h.HTTPHeaders = headers
	}
	if h.OAuth2 != nil {
		o := *h.OAuth2
		o.TokenURL = shownURL(o.TokenURL)
		o.EndpointParams = maps.Clone(o.EndpointParams)
		for k := range o.EndpointParams {
			o.EndpointParams[k] = mask
		}
		o.Claims = maps.Clone(o.Claims)
		for k := range o.Claims {
			o.Claims[k] = mask
		}
		o.ProxyURL = withoutUser(o.ProxyURL)
		h.OAuth2 = &o
	}
	h.ProxyURL = withoutUser(h.ProxyURL)
	return h
}

func withoutUser(u config.URL) config.URL {
	if u.URL == nil || u.User == nil {
		return u
	}
	c := *u.URL
	c.User = nil
	return config.URL{URL: &c}
}

func masks(values []string) []string {
	m := make([]string, len(values))
	for i := range m {
		m[i] = mask
	}
	return m
}

// credential tells whether a header's name says that its value is to be kept secret.
func credential(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"auth", "key", "token", "secret", "password", "cookie", "session"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
