import Ocellus

/// What the service offers, as OpenAPI 3.1.
enum OpenAPI {
    static let document = Array(text.utf8)

    /// - Parameter others: responses besides those that every operation has.
    private static func operation(
        _ method: String, _ id: String, _ summary: String, parameters: String = "", body: String = "", ok: String,
        errors: [Int] = [], isOpen: Bool = false
    ) -> String {
        let all = (isOpen ? [] : [401]) + [408] + errors
        let failures = all.sorted().map { "\"\($0)\": {\"$ref\": \"#/components/responses/error\"}" }
        return """
            "\(method)": {"operationId": "\(id)", "summary": "\(summary)", \(isOpen ? "\"security\": []," : "") \
            \(parameters.isEmpty ? "" : "\"parameters\": [\(parameters)],") \(body) \
            "responses": {"200": {"description": "All is well.", "content": {\(ok)}}, \(failures.joined(separator: ", "))}}
            """
    }

    private static func content(_ type: String, _ schema: String) -> String { "\"\(type)\": {\"schema\": \(schema)}" }
    private static func json(_ name: String) -> String {
        content("application/json", "{\"$ref\": \"#/components/schemas/\(name)\"}")
    }

    private static let name =
        #"{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}, "description": "The model's name."}"#
    private static let version =
        #"{"name": "version", "in": "path", "required": true, "schema": {"type": "string"}, "description": "The model's version."}"#
    private static let binaryLength =
        #"{"name": "Inference-Header-Content-Length", "in": "header", "required": false, "schema": {"type": "integer", "minimum": 0}, "description": "With binary tensors: how many bytes of the body are JSON."}"#
    private static let top =
        #"{"name": "top", "in": "query", "schema": {"type": "integer", "minimum": 1}, "description": "How many of the likeliest classes to name."}"#
    private static let model =
        #"{"name": "model", "in": "query", "schema": {"type": "string"}, "description": "Which model; the first if left out."}"#

    private static let imageTypes = ImageFormat.allCases.map {
        "\"image/\($0.rawValue)\": {\"schema\": {\"type\": \"string\", \"format\": \"binary\"}},"
    }.joined(separator: "\n          ")

    private static let base64 =
        #"{"type": "string", "contentEncoding": "base64", "minLength": 4, "pattern": "^(?:data:[^,]*,)?(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "description": "A picture's file; may be a data URL."}"#

    private static let predictBody = """
        "requestBody": {"required": true, "content": {
          "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {
            "file": {"type": "string", "format": "binary", "description": "A picture's file; may be sent several times."}}}},
          \(imageTypes)
          "application/json": {"schema": {"oneOf": [
            {"type": "object", "required": ["image"], "not": {"required": ["images"]}, "properties": {"image": \(base64)}},
            {"type": "object", "required": ["images"], "not": {"required": ["image"]}, "properties": {
              "images": {"type": "array", "minItems": 1, "items": \(base64)}}}]}}}},
        """

    private static let inferBody = """
        "requestBody": {"required": true, "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/InferRequest"}},
          "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "JSON, then tensors in binary form."}}}},
        """

    private static let side = #"{"type": "integer", "minimum": 1}"#

    /// One of the inputs that a model takes.
    private static func input(_ name: String, _ type: String, sides: [String], data: String) -> String {
        let shape = ([side] + sides).joined(separator: ", ")
        return """
            {"type": "object", "required": ["name", "datatype", "shape"], "properties": {
              "name": {"const": "\(name)"}, "datatype": {"const": "\(type)"}, "parameters": {"type": "object"},
              "shape": {"type": "array", "prefixItems": [\(shape)], "minItems": \(sides.count + 1), "maxItems": \(sides.count + 1)},
              "data": {"type": "array", "minItems": 1, "items": \(data)}}}
            """
    }

    private static let inputs: String = {
        let numbers = #"{"type": ["number", "array"]}"#
        return [
            input("image", "BYTES", sides: [], data: base64),
            input("pixels", "UINT8", sides: [side, side, #"{"const": 3}"#], data: numbers),
            input("input", "FP32", sides: [side, side, #"{"const": 3}"#], data: numbers),
        ].joined(separator: ", ")
    }()

    private static var modelPaths: String {
        [("/v2/models/{name}", name, ""), ("/v2/models/{name}/versions/{version}", "\(name), \(version)", "OfVersion")]
            .map { path, parameters, suffix in
                """
                "\(path)": {\(operation("get", "modelMetadata\(suffix)", "What a model takes and gives.", parameters: parameters, ok: json("ModelMetadata"), errors: [404]))},
                "\(path)/ready": {\(operation("get", "modelReady\(suffix)", "Whether a model is ready.", parameters: parameters, ok: json("ModelReady"), errors: [404]))},
                "\(path)/infer": {\(operation("post", "infer\(suffix)", "Classify pictures, as tensors or files.", parameters: "\(parameters), \(binaryLength)", body: inferBody, ok: json("InferResponse") + ", " + content("application/octet-stream", "{\"type\": \"string\", \"format\": \"binary\"}"), errors: [400, 404, 413, 415, 503]))}
                """
            }.joined(separator: ",\n")
    }

    private static var text: String {
        """
        {"openapi": "3.1.0",
        "info": {"title": "Ocellus", "version": "\(ocellusVersion)", "description": "A classifier of pictures.", "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}, {"key": []}],
        "paths": {
        "/predict": {\(operation("post", "predict", "Say what pictures show.", parameters: "\(top), \(model)", body: predictBody, ok: json("Answer"), errors: [400, 404, 413, 415, 503]))},
        "/healthz": {\(operation("get", "healthz", "Whether the process lives.", ok: content("text/plain", "{\"type\": \"string\"}"), isOpen: true))},
        "/readyz": {\(operation("get", "readyz", "Whether it can classify.", ok: content("text/plain", "{\"type\": \"string\"}"), errors: [503], isOpen: true))},
        "/metrics": {\(operation("get", "metrics", "Measurements, for Prometheus.", ok: content("text/plain", "{\"type\": \"string\"}")))},
        "/openapi.json": {\(operation("get", "openapi", "This document.", ok: content("application/json", "{\"type\": \"object\"}"), isOpen: true))},
        "/v2": {\(operation("get", "serverMetadata", "What the server is.", ok: json("ServerMetadata")))},
        "/v2/health/live": {\(operation("get", "live", "Whether the process lives.", ok: content("application/json", "{\"type\": \"object\"}"), isOpen: true))},
        "/v2/health/ready": {\(operation("get", "ready", "Whether it can classify.", ok: content("application/json", "{\"type\": \"object\"}"), errors: [503], isOpen: true))},
        \(modelPaths)},
        \(components)}
        """
    }

    private static let components = """
        "components": {
        "securitySchemes": {
          "bearer": {"type": "http", "scheme": "bearer"},
          "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        "responses": {"error": {"description": "Why not.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
        "schemas": {
        "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
        "Candidate": {"type": "object", "required": ["class", "confidence"], "properties": {
          "class": {"type": "string"}, "confidence": {"type": "number", "minimum": 0, "maximum": 1}}},
        "Prediction": {"type": "object", "required": ["class", "confidence"], "properties": {
          "filename": {"type": "string"},
          "class": {"type": ["string", "null"], "description": "null when it was rejected."},
          "confidence": {"type": "number", "minimum": 0, "maximum": 1},
          "rejected": {"type": "boolean"},
          "top": {"type": "array", "items": {"$ref": "#/components/schemas/Candidate"}}}},
        "Answer": {"anyOf": [{"$ref": "#/components/schemas/Prediction"}, {"type": "object", "required": ["predictions"], "properties": {
          "predictions": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Prediction"}, {"$ref": "#/components/schemas/Error"}]}}}}]},
        "Tensor": {"type": "object", "required": ["name", "datatype", "shape"], "properties": {
          "name": {"type": "string"}, "datatype": {"type": "string"}, "shape": {"type": "array", "items": {"type": "integer"}}}},
        "ServerMetadata": {"type": "object", "required": ["name", "version", "extensions"], "properties": {
          "name": {"type": "string"}, "version": {"type": "string"}, "extensions": {"type": "array", "items": {"type": "string"}}}},
        "ModelReady": {"type": "object", "required": ["name", "ready"], "properties": {"name": {"type": "string"}, "ready": {"type": "boolean"}}},
        "ModelMetadata": {"type": "object", "required": ["name", "versions", "platform", "inputs", "outputs"], "properties": {
          "name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"},
          "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}},
          "alternative_inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}, "description": "Each can take the input's place."},
          "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}},
          "classes": {"type": "array", "items": {"type": "string"}}}},
        "InferRequest": {"type": "object", "required": ["inputs"], "properties": {
          "id": {"type": "string"}, "parameters": {"type": "object"},
          "inputs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"oneOf": [\(inputs)]}},
          "outputs": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
            "name": {"enum": ["probabilities", "class"]}, "parameters": {"type": "object"}}}}}},
        "InferResponse": {"type": "object", "required": ["model_name", "model_version", "outputs"], "properties": {
          "model_name": {"type": "string"}, "model_version": {"type": "string"}, "id": {"type": "string"},
          "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}}}}
        """
}
