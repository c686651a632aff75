import OcellusGraph
import OcellusNetworks

/// A part of a run that trains the same layers at the same rates from its first epoch to its last.
struct TrainingStage: Equatable {
    /// The first layer that is trained; those before it are frozen.
    let firstLayer: Int
    /// How many epochs it takes, unless it is stopped early.
    let epochs: Int
    /// How far a step goes, at first.
    let learningRate: Float
    /// How the rate changes.
    let schedule: LearningRateSchedule
    /// What a block's learning rate is of the next block's.
    let layerDecay: Float

    /// The stages of a run: one that trains all, or with weights that were trained on other pictures the head's and that of
    /// fine-tuning.
    ///
    /// - Throws: `GraphError` when there is no such block.
    static func all(of network: Network, _ options: TrainingOptions) throws -> [TrainingStage] {
        let rate = options.optimizer.learningRate
        guard let transfer = options.transfer else {
            return [
                TrainingStage(
                    firstLayer: 0, epochs: options.epochs, learningRate: rate,
                    schedule: options.schedule ?? LearningRateSchedule(.constant), layerDecay: 1)
            ]
        }
        let schedule = options.schedule ?? LearningRateSchedule(.cosine)
        let firstTuned =
            switch transfer.freeze {
            case .all: try network.firstHeadLayer()
            case .none: 0
            case .lastStage: try network.firstLayer(ofBlock: network.lastStage())
            case .before(let block): try network.firstLayer(ofBlock: block)
            }
        return [
            TrainingStage(
                firstLayer: try network.firstHeadLayer(), epochs: transfer.headEpochs, learningRate: rate,
                schedule: schedule, layerDecay: 1),
            TrainingStage(
                firstLayer: firstTuned, epochs: transfer.fineTuneEpochs, learningRate: transfer.fineTuneLearningRate,
                schedule: schedule, layerDecay: transfer.layerDecay),
        ].filter { $0.epochs > 0 }
    }

    /// How far a step goes.
    ///
    /// - Parameters:
    ///   - progress: where training stands before the step.
    ///   - epochSteps: how many steps an epoch has.
    func learningRate(at progress: TrainingProgress, of epochSteps: Int) -> Float {
        schedule.learningRate(
            learningRate, step: progress.step - progress.stageStart.step, epochSteps: epochSteps, epochs: epochs,
            losses: progress.history.dropFirst(progress.stageStart.epoch).map(\.validationLoss))
    }

    /// How much of the first moment or the velocity a step keeps; nil for what the optimiser says.
    ///
    /// - Parameters:
    ///   - step: steps of the stage that were taken before.
    ///   - epochSteps: how many steps an epoch has.
    func momentum(step: Int, of epochSteps: Int) -> Float? {
        schedule.momentum(step: step, epochSteps: epochSteps, epochs: epochs)
    }

    /// The graphs that it runs, for micro-batches where the options say so.
    /// - Parameter warp: what the device does to pictures, where it prepares them.
    /// - Throws: `GraphError` naming the layer that does not fit.
    func graphs(
        of network: Network, _ options: TrainingOptions, _ backend: any Backend, warp: PictureWarp? = nil
    ) throws -> TrainingGraphs {
        try TrainingGraphs(
            network, from: firstLayer, loss: options.loss, optimizer: options.optimizer,
            rateFactors: layerDecay == 1 ? [:] : network.rateFactors(from: firstLayer, decay: layerDecay),
            accumulatesGradients: options.capacity < options.stepSize,
            checksGradients: backend.precision.wantsLossScaling, clipping: options.clipping,
            average: options.average, warp: warp, backend: backend)
    }
}
