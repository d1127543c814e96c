import Diagnostics
import Testing

@testable import CaffeIO

/// Texts of old and what becomes of them. What Caffe makes of real files is compared in Tests/Oracles/formats/test_upgrade.py.
@Suite struct SyntaxUpgradeTests {
  private func upgraded(_ text: String) throws -> (text: String, upgrade: SyntaxUpgrade) {
    let upgrade = try SyntaxUpgrade(NetDefinition(parsed(text)))
    return (String(decoding: upgrade.definition.document.bytes, as: UTF8.self), upgrade)
  }

  @Test(arguments: [
    (
      """
      name: "old" # its name
      layers {
        # the first
        name: "conv"
        type: CONVOLUTION
        bottom: "data"
        top: "conv"
        blobs_lr: 1
        blobs_lr: 2
        weight_decay: 1 # as it was
        convolution_param { num_output: 2 kernel_size: 3 }
        vendor_field: 7
      }

      """,
      """
      name: "old" # its name
      layer {
        # the first
        name: "conv"
        type: "Convolution"
        bottom: "data"
        top: "conv"
        param {
          lr_mult: 1
          decay_mult: 1
        }
        param {
          lr_mult: 2
        }
        # as it was
        convolution_param { num_output: 2 kernel_size: 3 }
        vendor_field: 7
      }

      """
    ),
    (
      "layers: [{ name: 'a' type: RELU param: 'w' blob_share_mode: PERMISSIVE }, { name: 'b' type: SPLIT }]",
      "layer: [{ name: 'a' type: 'ReLU' param { name: 'w' share_mode: PERMISSIVE } }, { name: 'b' type: 'Split' }]"
    ),
    (
      """
      layers {
        layer {
          name: "conv"
          type: "conv"
          num_output: 2 # two
          kernelsize: 3
          blobs_lr: [1, 2]
          weight_filler {
            type: "gaussian" # a bell
          }
        }
        bottom: "data"
        top: "conv"
      }
      """,
      """
      layer {
        name: "conv"
        type: "Convolution"
        convolution_param {
          num_output: 2
          kernel_size: 3
          weight_filler {
            type: "gaussian" # a bell
          }
        } # two
        param {
          lr_mult: 1
        }
        param {
          lr_mult: 2
        }
        bottom: "data"
        top: "conv"
      }
      """
    ),
    (
      "layers{layer{name:'p'type:'pool'pool:MAX kernelsize:2}bottom:'a'top:'p'}",
      "layer{name:'p'type:'Pooling'pooling_param { pool: MAX kernel_size: 2 }bottom:'a'top:'p'}"
    ),
    (
      """
      layers { layer { name: 'pad' type: 'padding' pad: 2 } bottom: 'data' top: 'pad' }
      layers { layer { name: 'conv' type: 'conv' pad: 1 kernelsize: 5 } bottom: 'pad' top: 'conv' }
      layers { layer { name: 'pool' type: 'pool' kernelsize: 5 } bottom: 'pad' top: 'pool' }

      """,
      """
      layer { name: 'conv' type: 'Convolution' convolution_param { kernel_size: 5 pad: 2 } bottom: 'data' top: 'conv' }
      layer { name: 'pool' type: 'Pooling' pooling_param { kernel_size: 5 pad: 2 } bottom: 'data' top: 'pool' }

      """
    ),
    (
      "layers { name: 'd' type: DATA top: 'd' data_param { source: 's' crop_size: 3 } transform_param { crop_size: 5 } }",
      "layer { name: 'd' type: 'Data' top: 'd' data_param { source: 's' } transform_param { crop_size: 3 } }"
    ),
    (
      "layers { name: 'i' type: IMAGE_DATA top: 'd' image_data_param { mirror: true scale: 0.5 } }",
      "layer { name: 'i' type: 'ImageData' top: 'd' image_data_param {} transform_param { mirror: true scale: 0.5 } }"
    ),
    (
      """
      input: "a"
      input_dim: 1
      input_dim: 2
      input_dim: 3
      input_dim: 4
      layer { name: "input" type: "ReLU" bottom: "a" top: "a" }

      """,
      """
      layer {
        name: "input_1"
        type: "Input"
        top: "a"
        input_param {
          shape {
            dim: 1
            dim: 2
            dim: 3
            dim: 4
          }
        }
      }
      layer { name: "input" type: "ReLU" bottom: "a" top: "a" }

      """
    ),
    (
      "layer { name: 'r' type: 'ReLU' bottom: 'a' bottom: 'b' }\ninput: 'a' input: 'b'\n",
      "layer { name: 'input' type: 'Input' top: 'a' top: 'b' }\nlayer { name: 'r' type: 'ReLU' bottom: 'a' bottom: 'b' }\n"
    ),
    (
      "layer { type: 'BatchNorm' param { lr_mult: 1 } param { name: 'v' } param { lr_mult: 0 decay_mult: 0 } }",
      "layer { type: 'BatchNorm' param { lr_mult: 0 decay_mult: 0 } param { name: 'v' lr_mult: 0 decay_mult: 0 } param { lr_mult: 0 decay_mult: 0 } }"
    ),
    ("\u{FEFF}layer { type: 'ReLU' }", "layer { type: 'ReLU' }"),
    // Of the current syntax already.
    (
      "layer { type: 'BatchNorm' param { lr_mult: 1 } }\r\nlayer { type: 'Concat' concat_param { concat_dim: 1 } }",
      "layer { type: 'BatchNorm' param { lr_mult: 1 } }\r\nlayer { type: 'Concat' concat_param { concat_dim: 1 } }"
    ),
  ])
  func texts(text: String, expected: String) throws {
    let (made, upgrade) = try upgraded(text)
    #expect(made == expected)
    #expect(upgrade.changes.isEmpty == (text == expected))
    // Once more changes nothing.
    let again = try SyntaxUpgrade(upgrade.definition)
    #expect(again.changes.isEmpty)
    #expect(again.definition.document.bytes == upgrade.definition.document.bytes)
    for (layer, origin) in zip(upgrade.definition.layers, upgrade.origins) {
      let name = try origin.map { try NetDefinition(parsed(text)).layers[$0].name }
      #expect(name == layer.name || origin == nil && layer.type == "Input")
    }
  }

  @Test func whatWasChangedIsTold() throws {
    let changes = try upgraded(
      """
      input: "data"
      layers { layer { name: "r" type: "relu" stride: 2 vendor: 1 } bottom: "data" top: "r" }
      layers { name: "s" type: SMOOTH_L1_LOSS bottom: "r" }
      layers { name: "t" type: VENDOR_TYPE bottom: "r" top: "t" }
      """
    ).upgrade.changes
    #expect((changes.v0Layers, changes.v1Layers, changes.inputs) == (1, 2, 1))
    #expect(changes.leftOut.map(\.field) == ["stride"])
    #expect(changes.forkTypes.map(\.type) == ["SmoothL1Loss", "VENDOR_TYPE"])
    #expect(changes.forkTypes.map(\.word) == ["SMOOTH_L1_LOSS", "VENDOR_TYPE"])
  }

  @Test(arguments: [
    (
      """
      layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "data" top: "pad" }
      layers { layer { name: "fc" type: "innerproduct" } bottom: "pad" top: "fc" }
      """,
      "net.prototxt:2:1: layer 'fc' cannot take over the pad of padding layer 'pad'; Caffe upgrades a padding layer only where each layer that reads it is a conv or pool with one bottom"
    ),
    (
      "input: 'a'\ninput: 'b'\ninput_shape { dim: 1 }\nlayer { type: 'ReLU' bottom: 'a' }",
      "net.prototxt:3:1: the net has 2 inputs and shapes for 1; give each input a shape"
    ),
    (
      "input: 'a'\ninput_dim: 1\nlayer { type: 'ReLU' bottom: 'a' }",
      "net.prototxt:2:1: the net has 1 inputs and shapes for 0; give each input a shape"
    ),
  ])
  func whatCaffeRefuses(text: String, message: String) throws {
    let error = #expect(throws: NetError.self) { try upgraded(text) }
    #expect(error?.diagnostic.headline == message)
  }
}
