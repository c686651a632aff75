import Foundation
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
    /// Whether the rate falls to 0, as half a cosine (Loshchilov & Hutter, "SGDR", ICLR 2017).
    let isAnnealed: Bool
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
                    firstLayer: 0, epochs: options.epochs, learningRate: rate, isAnnealed: false, layerDecay: 1)
            ]
        }
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
                isAnnealed: true, layerDecay: 1),
            TrainingStage(
                firstLayer: firstTuned, epochs: transfer.fineTuneEpochs, learningRate: transfer.fineTuneLearningRate,
                isAnnealed: true, layerDecay: transfer.layerDecay),
        ].filter { $0.epochs > 0 }
    }

    /// How far a step goes.
    ///
    /// - Parameters:
    ///   - step: the step's number in the stage, from 1.
    ///   - epochSteps: how many steps an epoch has.
    func learningRate(atStep step: Int, of epochSteps: Int) -> Float {
        guard isAnnealed else { return learningRate }
        let done = Double(step - 1) / Double(max(epochs * epochSteps, 1))
        return Float(Double(learningRate) * 0.5 * (1 + cos(.pi * min(done, 1))))
    }

    /// The graphs that it runs, for micro-batches where the options say so.
    /// - Throws: `GraphError` naming the layer that does not fit.
    func graphs(of network: Network, _ options: TrainingOptions, _ backend: any Backend) throws -> TrainingGraphs {
        try TrainingGraphs(
            network, from: firstLayer, loss: options.loss, optimizer: options.optimizer,
            rateFactors: layerDecay == 1 ? [:] : network.rateFactors(from: firstLayer, decay: layerDecay),
            accumulatesGradients: options.capacity < options.batchSize, backend: backend)
    }
}
