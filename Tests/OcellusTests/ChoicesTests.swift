import Foundation
import Ocellus
import Testing

@Suite("Recipes and files of options") struct ChoicesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func choices(_ yaml: String) throws -> TrainingChoices {
        let path = folder("options.yaml")
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
        return try TrainingChoices(contentsOf: path)
    }

    private func settings(_ choices: TrainingChoices) throws -> TrainingSettings {
        try TrainingSettings(choices, data: "photos", output: "run")
    }

    @Test("every option can be written down and read back, and fills what others leave open")
    func roundTrip() throws {
        #expect(Set(TrainingChoices.names).count == TrainingChoices.names.count)
        for name in TrainingChoices.names {
            let value =
                ["3", "0.5", "true", "all", "none", "adam", "cosine", "0.5,1", "70/15/15", "500MB", "cpu", "guide"]
                .first { value in
                    var choices = TrainingChoices()
                    return (try? choices.set(name, to: value)) != nil
                } ?? [
                    "recipe": "best", "preprocessing": "imagenet", "resizing": "crop", "padding": "torch",
                    "interpolation": "bicubic", "network": "simple", "precision": "fp16",
                    "tuning": "kept",
                ][name]
                ?? "nearest"
            var choices = TrainingChoices()
            #expect(choices.given.isEmpty)
            try choices.set(name, to: value)
            let given = try #require(choices.given.first, "\(name)")
            #expect(choices.given.count == 1 && given.name == name)
            var again = TrainingChoices()
            try again.set(name, to: given.value)
            #expect(again == choices, "\(name)")
            #expect(TrainingChoices().filled(from: choices) == choices)
        }
    }

    @Test("a file of options is read, and what stands on the command line goes before it, and that before the recipe")
    func order() throws {
        var line = TrainingChoices()
        line.epochs = 3
        let file = try choices(
            """
            recipe: standard
            epochs: 7
            learning-rate: 0.25
            schedule: multi-step
            schedule-epochs: [30, 60]
            nesterov: false
            crop-scale: 0.5,1
            early-stopping: none
            """)
        let settings = try settings(line.filled(from: file))
        let options = settings.options
        #expect(options.epochs == 3 && options.optimizer.learningRate == 0.25)
        #expect(options.schedule?.curve == .multiStep && options.schedule?.epochs == [30, 60])
        #expect(options.schedule?.warmUpEpochs == 2 && options.labelSmoothing == 0.1 && options.average != nil)
        #expect(options.optimizer.method == .adamW && options.augmentation.randomResizedCrop?.scale == 0.5...1)
        #expect(settings.choices?.given.contains { $0.name == "recipe" && $0.value == "standard" } == true)
        #expect(try choices("") == TrainingChoices())
    }

    @Test(
        "what is wrong with a file is said with its line",
        arguments: [
            ("epochs: 3\nlerning-rate: 1", ["line 2", "lerning-rate", "did you mean 'learning-rate'"]),
            ("epochs: 3\n\nbatch: many", ["line 3", "'batch' is 'many'", "whole number"]),
            ("optimizer: adagrad", ["line 1", "adagrad", "rmsprop-tf"]),
            ("epochs: {a: 1}", ["line 1", "epochs"]), ("- epochs", ["options as"]),
            ("epochs: [1", ["line", "not YAML"]),
            ("epochs: 1\nepochs: 2", ["two entries 'epochs'"]), ("epochs:", ["'epochs' is ''"]),
        ]) func errors(_ yaml: String, _ words: [String])
    {
        #expect {
            try choices(yaml)
        } throws: { error in
            words.allSatisfy { "\(error)".contains($0) } && "\(error)".contains("options.yaml")
        }
    }

    @Test("a file that is not there is an error") func absence() {
        #expect { try TrainingChoices(contentsOf: "/nowhere.yaml") } throws: { "\($0)".contains("/nowhere.yaml") }
    }

    @Test("every recipe is valid, from scratch and from weights", arguments: Recipe.allCases)
    func recipes(_ recipe: Recipe) throws {
        var choices = TrainingChoices()
        choices.recipe = recipe
        let scratch = try settings(choices).options
        try scratch.validate()
        #expect(scratch.transfer == nil && scratch.optimizer.method == .adamW)
        choices.weights = "weights.safetensors"
        let transfer = try settings(choices).options
        try transfer.validate()
        #expect(transfer.transfer != nil && transfer.schedule?.curve == .cosine)
    }

    @Test("of a recipe no part is taken that does not go with what is chosen")
    func partsOfRecipes() throws {
        var choices = TrainingChoices()
        choices.recipe = .best
        choices.optimizer = .sgd
        choices.schedule = .oneCycle
        choices.augmentation.augment = .light
        let options = try settings(choices).options
        try options.validate()
        #expect(options.optimizer.learningRate == 0.01 && options.optimizer.weightDecay == 0)
        #expect(options.schedule?.warmUpEpochs == 0 && options.augmentation == Augmentation.Preset.light.augmentation)
        choices.average = Setting.none
        #expect(try settings(choices).options.average == nil)
    }

    @Test("choices that do not go together are errors that say so")
    func conflicts() throws {
        let cases: [(String, String)] = [
            ("freeze: all", "--weights"), ("weights: a\nepochs: 3", "--head-epochs"),
            ("schedule-factor: 0.5", "--schedule"), ("schedule: cosine\nschedule-patience: 3", "plateau"),
            ("average-warm-up: false", "--average"), ("split: 60/20/20\nsplit-from: a.csv", "--split"),
            ("fill-value: 3", "--fill-mode"),
        ]
        for (yaml, words) in cases {
            #expect {
                _ = try settings(choices(yaml))
            } throws: { error in
                "\(error)".contains(words)
            }
        }
    }
}
