package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/alicebob/miniredis/v2"
)

// serveRedis serves the cache that Argo CD keeps rendered manifests and application trees in.
func serveRedis(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("redis", flag.ContinueOnError)
	port := flags.Int("port", 0, "port to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *port == 0 {
		return errors.New("redis needs --port")
	}
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(fmt.Sprintf("127.0.0.1:%d", *port)); err != nil {
		return err
	}
	defer server.Close()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]bool{"ready": true}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
