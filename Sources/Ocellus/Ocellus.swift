// One import for all of Ocellus but HTTP.
@_exported import OcellusCPU
@_exported import OcellusData
@_exported import OcellusGraph
@_exported import OcellusImages
@_exported import OcellusModels
@_exported import OcellusNetworks
@_exported import OcellusOpenCL
@_exported import OcellusTraining
