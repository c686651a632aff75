# The service in a container. `make image` builds it; Deploy/README.md says how to run it.
#
# The base images can be others, if they are alike: build arguments SWIFT_IMAGE (Swift 6.3 on Debian) and BASE_IMAGE (the
# same Debian, slim).
ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
ARG SOURCE=/source
WORKDIR ${SOURCE}
COPY scripts/install-dependencies.sh scripts/
RUN scripts/install-dependencies.sh build
COPY Package.swift ./
COPY Kernels Kernels
COPY Pages Pages
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product ocellus --static-swift-stdlib && strip -o /ocellus .build/release/ocellus
# The Debian packages of the libraries that it is linked with, and of those that it opens for WebP, GIF and TIFF.
RUN { ldd /ocellus | sed -n 's|.* => .*/\([^/ ]*\) (.*|\1|p'; \
      printf '%s\n' libwebp.so.7 libwebpdemux.so.2 libgif.so.7 libtiff.so.6; } | \
    while read -r library; do dpkg -S "*-linux-gnu/$library"; done | \
    sed 's/:.*//' | sort -u >/packages && cat /packages

FROM ${BASE_IMAGE} AS system
# The packages of an OpenCL driver, if the image is to bring one along.
ARG DRIVER=""
# OpenCL's loader besides. It finds NVIDIA's driver by this file, if the container is given a GPU.
RUN --mount=type=bind,from=build,source=/packages,target=/packages \
    apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(cat /packages) ocl-icd-libopencl1 ${DRIVER} && \
    mkdir -p /etc/OpenCL/vendors && echo libnvidia-opencl.so.1 >/etc/OpenCL/vendors/nvidia.icd
# What a service has no use for: the package manager, Perl, and conversions between character sets. The list of packages stays, for
# those who look for known weaknesses.
RUN dpkg --listfiles perl-base apt libapt-pkg6.0 | while read -r file; do [ -d "$file" ] || rm -f "$file"; done && \
    rm -rf /usr/lib/*/gconv /var/lib/apt /var/cache/* /var/log/*

FROM scratch
COPY --from=system / /
COPY --from=build /ocellus /usr/local/bin/ocellus
# Compiled kernels are kept there, if it can be written to.
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin OCELLUS_CACHE=/tmp/ocellus NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 65532:65532
EXPOSE 5000
# Whether it is ready for requests. bash speaks enough HTTP for that, and so the image needs no other program.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/5000 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["ocellus"]
CMD ["serve", "/model", "--host", "0.0.0.0", "--port", "5000"]
