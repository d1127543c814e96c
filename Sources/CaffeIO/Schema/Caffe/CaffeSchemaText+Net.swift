extension CaffeSchemaText {
  /// What every file has: nets, layers, blobs, fillers.
  static let net = """
    enum Packing { NCHW = 0; NHWC = 1; }
    enum Phase { TRAIN = 0; TEST = 1; }
    enum Type { DOUBLE = 0; FLOAT = 1; FLOAT16 = 2; INT = 3; UINT = 4; BOOL = 5; }
    message BlobShape { repeated int64 dim = 1 [packed = true]; }
    message BlobProto {
      int32 num = 1 [default = 0]; int32 channels = 2 [default = 0]; int32 height = 3 [default = 0];
      int32 width = 4 [default = 0]; repeated float data = 5 [packed = true];
      repeated float diff = 6 [packed = true]; BlobShape shape = 7;
      repeated double double_data = 8 [packed = true]; repeated double double_diff = 9 [packed = true];
      Type raw_data_type = 10; Type raw_diff_type = 11; bytes raw_data = 12; bytes raw_diff = 13;
    }
    message BlobProtoVector { repeated BlobProto blobs = 1; }
    message FillerParameter {
      enum VarianceNorm { FAN_IN = 0; FAN_OUT = 1; AVERAGE = 2; }
      string type = 1 [default = "constant"]; float value = 2 [default = 0]; float min = 3 [default = 0];
      float max = 4 [default = 1]; float mean = 5 [default = 0]; float std = 6 [default = 1];
      int32 sparse = 7 [default = -1]; VarianceNorm variance_norm = 8 [default = FAN_IN];
      float scale = 9 [default = 1];
    }
    message NetParameter {
      string name = 1; repeated V1LayerParameter layers = 2; repeated string input = 3;
      repeated int32 input_dim = 4; bool force_backward = 5 [default = false]; NetState state = 6;
      bool debug_info = 7 [default = false]; repeated BlobShape input_shape = 8;
      string engine = 9 [default = ""]; CompileNetState compile_net_state = 10;
      Type default_backward_type = 12 [default = FLOAT]; Type default_forward_math = 13 [default = FLOAT];
      Type default_backward_math = 14 [default = FLOAT]; float global_grad_scale = 15 [default = 1];
      bool global_grad_scale_adaptive = 16 [default = false];
      string default_conv_algos_override = 17 [default = "-1,-1,-1"];
      int32 reduce_buckets = 18 [default = 6]; int32 default_cudnn_math_override = 19 [default = -1];
      bool eltwise_mem_sharing = 20 [default = true]; repeated LayerParameter layer = 100;
      MultinodeParameter multinode = 101; uint32 bn_stats_batch_size = 0 [default = 0];
      Type default_forward_type = 0 [default = FLOAT];
    }
    message NetState {
      Phase phase = 1 [default = TEST]; int32 level = 2 [default = 0]; repeated string stage = 3;
    }
    message NetStateRule {
      Phase phase = 1; int32 min_level = 2; int32 max_level = 3; repeated string stage = 4;
      repeated string not_stage = 5;
    }
    message ParamSpec {
      enum DimCheckMode { STRICT = 0; PERMISSIVE = 1; }
      string name = 1; DimCheckMode share_mode = 2; float lr_mult = 3 [default = 1];
      float decay_mult = 4 [default = 1];
    }
    message LayerParameter {
      string name = 1; string type = 2; repeated string bottom = 3; repeated string top = 4;
      repeated float loss_weight = 5; repeated ParamSpec param = 6; repeated BlobProto blobs = 7;
      repeated NetStateRule include = 8; repeated NetStateRule exclude = 9; Phase phase = 10;
      repeated bool propagate_down = 11; TransformationParameter transform_param = 100;
      LossParameter loss_param = 101; AccuracyParameter accuracy_param = 102;
      ArgMaxParameter argmax_param = 103; ConcatParameter concat_param = 104;
      ContrastiveLossParameter contrastive_loss_param = 105; ConvolutionParameter convolution_param = 106;
      DataParameter data_param = 107; DropoutParameter dropout_param = 108;
      DummyDataParameter dummy_data_param = 109; EltwiseParameter eltwise_param = 110;
      ExpParameter exp_param = 111; HDF5DataParameter hdf5_data_param = 112;
      HDF5OutputParameter hdf5_output_param = 113; HingeLossParameter hinge_loss_param = 114;
      ImageDataParameter image_data_param = 115; InfogainLossParameter infogain_loss_param = 116;
      InnerProductParameter inner_product_param = 117; LRNParameter lrn_param = 118;
      MemoryDataParameter memory_data_param = 119; MVNParameter mvn_param = 120;
      PoolingParameter pooling_param = 121; PowerParameter power_param = 122;
      ReLUParameter relu_param = 123; SigmoidParameter sigmoid_param = 124;
      SoftmaxParameter softmax_param = 125; SliceParameter slice_param = 126;
      TanHParameter tanh_param = 127; ThresholdParameter threshold_param = 128;
      WindowDataParameter window_data_param = 129; PythonParameter python_param = 130;
      PReLUParameter prelu_param = 131; SPPParameter spp_param = 132; ReshapeParameter reshape_param = 133;
      LogParameter log_param = 134; FlattenParameter flatten_param = 135;
      ReductionParameter reduction_param = 136; EmbedParameter embed_param = 137;
      TileParameter tile_param = 138; BatchNormParameter batch_norm_param = 139;
      ELUParameter elu_param = 140; BiasParameter bias_param = 141; ScaleParameter scale_param = 142;
      InputParameter input_param = 143; CropParameter crop_param = 144;
      ParameterParameter parameter_param = 145; RecurrentParameter recurrent_param = 146;
      SwishParameter swish_param = 147; ClipParameter clip_param = 148;
      AnnotatedDataParameter annotated_data_param = 200; MultiBoxLossParameter multibox_loss_param = 201;
      PermuteParameter permute_param = 202; PriorBoxParameter prior_box_param = 203;
      DetectionOutputParameter detection_output_param = 204;
      DetectionEvaluateParameter detection_evaluate_param = 205; NormalizeParameter norm_param = 206;
      VideoDataParameter video_data_param = 207; EvalDetectionParameter eval_detection_param = 301;
      DetectNetGroundTruthParameter detectnet_groundtruth_param = 6801;
      DetectNetAugmentationParameter detectnet_augmentation_param = 6802;
      Type backward_math = 0 [default = FLOAT]; Type backward_type = 0 [default = FLOAT];
      BNParameter bn_param = 0; BoxAnnotatorOHEMParameter box_annotator_ohem_param = 0;
      int32 cudnn_math_override = 0 [default = -1]; bool debug = 0 [default = false];
      DenseImageDataParameter dense_image_data_param = 0; string engine = 0 [default = ""];
      Type forward_math = 0 [default = FLOAT]; Type forward_type = 0 [default = FLOAT];
      InterpParameter interp_param = 0; MnActivationParameter mn_activation_param = 0;
      MnParamGradCompressParameter mn_grad_compress_param = 0; MultinodeLayerParameter multinode = 0;
      PSROIPoolingParameter psroi_pooling_param = 0; QuantizationParameter quantization_param = 0;
      RegionLossParameter region_loss_param = 0; ReorgParameter reorg_param = 0;
      ROIPoolingParameter roi_pooling_param = 0; ShuffleChannelParameter shuffle_channel_param = 0;
      SmoothL1LossParameter smooth_l1_loss_param = 0; SpatialDropoutParameter spatial_dropout_param = 0;
      SplitParameter split_param = 0; TRTParameter trt_param = 0; UpsampleParameter upsample_param = 0;
    }
    """
}
