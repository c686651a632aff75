import Ocellus

/// The values of an event's summary, as `tensorboard/compat/proto/summary.proto` numbers their fields.
enum SummaryValues {
    static func scalar(_ tag: String, _ value: Double) -> ProtobufMessage {
        .make {
            $0.add(1, tag)
            $0.add(2, Float(value))
        }
    }

    /// - Throws: `ImageError` when it has no pixels.
    static func image(_ tag: String, _ picture: RGBImage) throws -> ProtobufMessage {
        let encoded = try picture.encodePNG(name: tag)
        return .make { value in
            value.add(1, tag)
            value.add(
                4,
                .make {
                    $0.add(1, picture.height)
                    $0.add(2, picture.width)
                    $0.add(3, 3)
                    $0.add(4, bytes: encoded)
                })
        }
    }

    /// How values are distributed, in 30 bins of equal width; of many values an even sample.
    static func histogram(_ tag: String, of values: [Float]) -> ProtobufMessage {
        let step = max(1, values.count / 50_000)
        let sample = stride(from: 0, to: values.count, by: step).map { Double(values[$0]) }.filter(\.isFinite)
        let (low, high) = (sample.min() ?? 0, sample.max() ?? 0)
        let bins = 30
        let width = max((high - low) / Double(bins), 1e-12)
        var counts = [Double](repeating: 0, count: bins)
        for value in sample { counts[min(bins - 1, Int((value - low) / width))] += Double(step) }
        return .make { value in
            value.add(1, tag)
            value.add(
                5,
                .make {
                    $0.add(1, low)
                    $0.add(2, high)
                    $0.add(3, Double(sample.count * step))
                    $0.add(4, sample.reduce(0, +) * Double(step))
                    $0.add(5, sample.reduce(0) { $0 + $1 * $1 } * Double(step))
                    $0.add(6, (1...bins).map { low + Double($0) * width })
                    $0.add(7, counts)
                })
        }
    }

    // MARK: Hyperparameters, as tensorboard/plugins/hparams/{api,plugin_data}.proto have them

    /// Which hyperparameters and metrics there are.
    ///
    /// - Parameter metrics: tags, and in which folder below the session's they are.
    static func experiment(
        _ parameters: [String: String], metrics: [(folder: String, tag: String)]
    ) -> ProtobufMessage {
        hyperparameters("_hparams_/experiment") { data in
            data.add(
                2,
                .make { experiment in
                    for name in parameters.keys.sorted() {
                        experiment.add(
                            4,
                            .make {
                                $0.add(1, name)
                                $0.add(4, Double(parameters[name] ?? "") == nil ? 1 : 3)
                            })
                    }
                    for metric in metrics {
                        experiment.add(
                            5,
                            .make {
                                $0.add(
                                    1,
                                    .make {
                                        $0.add(1, metric.folder)
                                        $0.add(2, metric.tag)
                                    })
                                $0.add(3, "\(metric.folder) \(metric.tag)")
                            })
                    }
                })
        }
    }

    /// That a session with these hyperparameters has begun.
    static func sessionStart(_ parameters: [String: String], group: String, time: Double) -> ProtobufMessage {
        hyperparameters("_hparams_/session_start_info") { data in
            data.add(
                3,
                .make { session in
                    for (name, text) in parameters.sorted(by: { $0.key < $1.key }) {
                        session.add(
                            1,
                            .make { entry in
                                entry.add(1, name)
                                entry.add(
                                    2,
                                    .make { if let value = Double(text) { $0.add(2, value) } else { $0.add(3, text) } })
                            })
                    }
                    session.add(4, group)
                    session.add(5, time)
                })
        }
    }

    /// That it has come to its end.
    static func sessionEnd(time: Double) -> ProtobufMessage {
        hyperparameters("_hparams_/session_end_info") { data in
            data.add(
                4,
                .make {
                    $0.add(1, 1)
                    $0.add(2, time)
                })
        }
    }

    private static func hyperparameters(_ tag: String, _ fill: (inout ProtobufMessage) -> Void) -> ProtobufMessage {
        let data = ProtobufMessage.make(fill)
        return .make { value in
            value.add(1, tag)
            value.add(
                9,
                .make { metadata in
                    metadata.add(
                        1,
                        .make {
                            $0.add(1, "hparams")
                            $0.add(2, bytes: data.bytes)
                        })
                })
        }
    }
}
