// Writes image archives with the libraries of the tools that write them elsewhere: crane, ko and
// Kaniko (go-containerregistry), Podman, Buildah and skopeo (containers/image), and nerdctl and
// Docker with the containerd image store (containerd).
//
//	archives FOLDER
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: archives FOLDER")
		os.Exit(2)
	}
	folder := os.Args[1]
	check(os.MkdirAll(folder, 0o755))
	ctx := context.Background()
	at := func(name string) string { return filepath.Join(folder, name) }
	amd64, arm64 := image("amd64"), image("arm64")
	both := index(amd64, arm64)
	writeCrane(at, amd64, both)
	writeArtifacts(at)
	source := at("source")
	writeLayout(source, both)
	single := at("single")
	writeLayout(single, alone(amd64))
	list := at("list")
	writeLayout(list, mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: both}))
	check(writeContainers(ctx, at, single, list))
	check(writeContainerd(ctx, at, both, amd64))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// layer returns a layer with one file.
func layer(file, text string) v1.Layer {
	var content bytes.Buffer
	writer := tar.NewWriter(&content)
	check(writer.WriteHeader(&tar.Header{Name: file, Mode: 0o644, Size: int64(len(text))}))
	must(writer.Write([]byte(text)))
	check(writer.Close())
	return must(tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	}))
}

// image returns an image with two layers, in the media types of OCI.
func image(architecture string) v1.Image {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1),
		types.OCIConfigJSON)
	image := must(mutate.Append(base,
		mutate.Addendum{Layer: layer("base", "base"), MediaType: types.OCILayer},
		mutate.Addendum{Layer: layer("app", architecture), MediaType: types.OCILayer}))
	config := must(image.ConfigFile()).DeepCopy()
	config.OS, config.Architecture = "linux", architecture
	config.Config.Cmd = []string{"/app"}
	return must(mutate.ConfigFile(image, config))
}

func platform(architecture string) *v1.Platform {
	return &v1.Platform{OS: "linux", Architecture: architecture}
}

// index returns an image for two platforms, with an attestation for each, as BuildKit writes it.
func index(amd64, arm64 v1.Image) v1.ImageIndex {
	var images, attestations []mutate.IndexAddendum
	for _, image := range []struct {
		image        v1.Image
		architecture string
	}{{amd64, "amd64"}, {arm64, "arm64"}} {
		images = append(images, mutate.IndexAddendum{
			Add:        image.image,
			Descriptor: v1.Descriptor{Platform: platform(image.architecture)},
		})
		attestations = append(attestations, attestation(image.image))
	}
	base := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	return mutate.AppendManifests(base, append(images, attestations...)...)
}

func attestation(subject v1.Image) mutate.IndexAddendum {
	digest := must(subject.Digest())
	statement := static.NewLayer([]byte(`{"subject":"`+digest.String()+`"}`),
		"application/vnd.in-toto+json")
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1),
		types.OCIConfigJSON)
	image := must(mutate.Append(base, mutate.Addendum{Layer: statement}))
	config := must(image.ConfigFile()).DeepCopy()
	config.OS, config.Architecture = "unknown", "unknown"
	return mutate.IndexAddendum{
		Add: must(mutate.ConfigFile(image, config)),
		Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
			Annotations: map[string]string{
				"vnd.docker.reference.type":   "attestation-manifest",
				"vnd.docker.reference.digest": digest.String(),
			},
		},
	}
}

// alone returns an index with one image, for a layout.
func alone(image v1.Image) v1.ImageIndex {
	return mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: image})
}

// writeLayout writes a layout whose index.json is the index.
func writeLayout(folder string, index v1.ImageIndex) {
	must(layout.Write(folder, index))
}

// writeCrane writes what crane, ko and Kaniko write.
func writeCrane(at func(string) string, image v1.Image, both v1.ImageIndex) {
	one := must(name.NewTag("example.com/app:1"))
	latest := must(name.NewTag("example.com/app:latest"))
	// `crane pull`, Kaniko's `--tarPath`, rules_docker
	check(tarball.WriteToFile(at("crane.tar"), one, image))
	// `ko build --tarball`
	check(tarball.MultiWriteToFile(at("ko.tar"), map[name.Tag]v1.Image{one: image, latest: image}))
	// `crane pull --format=oci`
	folder := must(layout.Write(at("crane-layout"), empty.Index))
	check(folder.AppendImage(image))
	// `ko build --oci-layout-path` with several platforms
	folder = must(layout.Write(at("ko-layout"), empty.Index))
	check(folder.AppendIndex(both))
	// a layout whose list is the index
	writeLayout(at("list-layout"), both)
}

// writeArtifacts writes what is not an image.
func writeArtifacts(at func(string) string) {
	write := func(folder string, config, layer types.MediaType) {
		base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), config)
		image := must(mutate.Append(base, mutate.Addendum{Layer: static.NewLayer([]byte("{}"), layer)}))
		writeLayout(at(folder), alone(image))
	}
	write("helm-chart", "application/vnd.cncf.helm.config.v1+json",
		"application/vnd.cncf.helm.chart.content.v1.tar+gzip")
	write("sbom", types.OCIConfigJSON, "text/spdx+json")
	foreign := must(mutate.Append(image("amd64"), mutate.Addendum{
		Layer: static.NewLayer([]byte("windows"), types.OCIRestrictedLayer),
		URLs:  []string{"https://example.com/layer"},
	}))
	writeLayout(at("foreign-layer"), alone(foreign))
	digest := must(must(foreign.Layers())[2].Digest())
	check(os.RemoveAll(filepath.Join(at("foreign-layer"), "blobs/sha256", digest.Hex)))
}
