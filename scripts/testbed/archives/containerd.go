package main

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images/archive"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// writeContainerd writes what Docker with the containerd image store and nerdctl write after the
// pull of one platform: the index names two platforms and their attestations.
func writeContainerd(
	ctx context.Context,
	at func(string) string,
	both v1.ImageIndex,
	pulled v1.Image,
) error {
	folder := at("containerd-store")
	store, err := local.NewStore(folder)
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	manifest := must(both.RawManifest())
	root := ocispec.Descriptor{
		MediaType: string(must(both.MediaType())),
		Digest:    digest.Digest(must(both.Digest()).String()),
		Size:      int64(len(manifest)),
	}
	if err := put(ctx, store, manifest); err != nil {
		return err
	}
	if err := putImage(ctx, store, pulled); err != nil {
		return err
	}
	write := func(name string, options ...archive.ExportOpt) error {
		file, err := os.Create(at(name))
		if err != nil {
			return err
		}
		defer file.Close()
		options = append(options, archive.WithManifest(root, "docker.io/library/app:1"),
			archive.WithSkipMissing(store))
		return archive.Export(ctx, store, file, options...)
	}
	amd64 := platforms.Only(platforms.MustParse("linux/amd64"))
	// `docker save`
	if err := write("docker-containerd.tar", archive.WithPlatform(amd64),
		archive.WithSkipNonDistributableBlobs()); err != nil {
		return err
	}
	// `nerdctl save`
	return write("nerdctl.tar", archive.WithPlatform(amd64))
}

// putImage adds an image to a store.
func putImage(ctx context.Context, store content.Store, image v1.Image) error {
	blobs := [][]byte{must(image.RawManifest()), must(image.RawConfigFile())}
	for _, layer := range must(image.Layers()) {
		reader := must(layer.Compressed())
		blobs = append(blobs, must(io.ReadAll(reader)))
	}
	for _, blob := range blobs {
		if err := put(ctx, store, blob); err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, store content.Store, blob []byte) error {
	found := digest.FromBytes(blob)
	descriptor := ocispec.Descriptor{Digest: found, Size: int64(len(blob))}
	return content.WriteBlob(ctx, store, found.String(), bytes.NewReader(blob), descriptor)
}
