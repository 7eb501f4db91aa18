package main

import (
	"context"

	"go.podman.io/image/v5/copy"
	"go.podman.io/image/v5/directory"
	dockerarchive "go.podman.io/image/v5/docker/archive"
	"go.podman.io/image/v5/docker/reference"
	ociarchive "go.podman.io/image/v5/oci/archive"
	ocilayout "go.podman.io/image/v5/oci/layout"
	"go.podman.io/image/v5/pkg/compression"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/types"
)

// writeContainers writes what Podman, Buildah and skopeo write, from a layout with one image and one
// with an image for two platforms.
func writeContainers(ctx context.Context, at func(string) string, source, list string) error {
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: []signature.PolicyRequirement{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		return err
	}
	from, err := ocilayout.NewReference(source, "")
	if err != nil {
		return err
	}
	write := func(to types.ImageReference, options copy.Options) error {
		_, err := copy.Image(ctx, policy, to, from, &options)
		return err
	}
	named, err := reference.ParseNormalizedNamed("localhost/app:1")
	if err != nil {
		return err
	}
	// `podman save`, `buildah push docker-archive:`
	docker, err := dockerarchive.NewReference(at("podman.tar"), named.(reference.NamedTagged))
	if err != nil {
		return err
	}
	if err := write(docker, copy.Options{}); err != nil {
		return err
	}
	// `podman save --format oci-archive`, `buildah push oci-archive:`
	oci, err := ociarchive.NewReference(at("podman-oci.tar"), "localhost/app:1")
	if err != nil {
		return err
	}
	if err := write(oci, copy.Options{}); err != nil {
		return err
	}
	// `skopeo copy --dest-compress-format zstd`
	for name, algorithm := range map[string]compression.Algorithm{
		"skopeo-zstd": compression.Zstd, "skopeo-zstd-chunked": compression.ZstdChunked,
	} {
		layout, err := ocilayout.NewReference(at(name), "1")
		if err != nil {
			return err
		}
		options := copy.Options{
			DestinationCtx:         &types.SystemContext{CompressionFormat: &algorithm},
			ForceCompressionFormat: true,
		}
		if err := write(layout, options); err != nil {
			return err
		}
	}
	// `skopeo copy oci:… dir:…`
	folder, err := directory.NewReference(at("skopeo-dir"))
	if err != nil {
		return err
	}
	if err := write(folder, copy.Options{}); err != nil {
		return err
	}
	// `skopeo copy --all oci:… dir:…`
	from, err = ocilayout.NewReference(list, "")
	if err != nil {
		return err
	}
	folder, err = directory.NewReference(at("skopeo-dir-all"))
	if err != nil {
		return err
	}
	return write(folder, copy.Options{ImageListSelection: copy.CopyAllImages})
}
