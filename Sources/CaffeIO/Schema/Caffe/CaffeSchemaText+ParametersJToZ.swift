extension CaffeSchemaText {
  /// The parameters of layers, J to Z.
  static let parametersJToZ = """
    message LRNParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKL2017 = 3; MKLDNN = 4; }
      enum NormRegion { ACROSS_CHANNELS = 0; WITHIN_CHANNEL = 1; }
      uint32 local_size = 1 [default = 5]; float alpha = 2 [default = 1]; float beta = 3 [default = 0.75];
      NormRegion norm_region = 4 [default = ACROSS_CHANNELS]; float k = 5 [default = 1];
      Engine engine = 6 [default = DEFAULT];
    }
    message LogParameter {
      float base = 1 [default = -1]; float scale = 2 [default = 1]; float shift = 3 [default = 0];
    }
    message LossParameter {
      enum NormalizationMode { FULL = 0; VALID = 1; BATCH_SIZE = 2; NONE = 3; }
      int32 ignore_label = 1; bool normalize = 2; NormalizationMode normalization = 3 [default = VALID];
      repeated float class_weighting = 0; float label_smoothing = 0 [default = 0];
      float pre_fixed_normalizer = 0 [default = 1]; bool weight_by_label_freqs = 0 [default = false];
    }
    message MVNParameter {
      bool normalize_variance = 1 [default = true]; bool across_channels = 2 [default = false];
      float eps = 3 [default = 1e-9];
    }
    message MemoryDataParameter {
      uint32 batch_size = 1; uint32 channels = 2; uint32 height = 3; uint32 width = 4;
    }
    message MnActivationParameter {
      uint32 num_nodes_in = 1; uint32 num_nodes_out = 2; uint32 model_parts_in = 3 [default = 1];
      uint32 model_parts_out = 4 [default = 1]; bool need_reduce = 5 [default = true];
    }
    message MnModelParallelParameter {
      required string layer_from = 1; string layer_to = 2; uint32 num_nodes = 3; uint32 model_parts = 4;
    }
    message MnParamGradCompressLayerTypeList { repeated string layer_type = 1; }
    message MnParamGradCompressParameter { repeated bool param_grad_compress_enable = 1; }
    message MultiBoxLossParameter {
      enum ConfLossType { SOFTMAX = 0; LOGISTIC = 1; }
      enum LocLossType { L2 = 0; SMOOTH_L1 = 1; }
      enum MatchType { BIPARTITE = 0; PER_PREDICTION = 1; }
      enum MiningType { NONE = 0; MAX_NEGATIVE = 1; HARD_EXAMPLE = 2; }
      LocLossType loc_loss_type = 1 [default = SMOOTH_L1];
      ConfLossType conf_loss_type = 2 [default = SOFTMAX]; float loc_weight = 3 [default = 1];
      uint32 num_classes = 4; bool share_location = 5 [default = true];
      MatchType match_type = 6 [default = PER_PREDICTION]; float overlap_threshold = 7 [default = 0.5];
      bool use_prior_for_matching = 8 [default = true]; uint32 background_label_id = 9 [default = 0];
      bool use_difficult_gt = 10 [default = true]; bool do_neg_mining = 11;
      float neg_pos_ratio = 12 [default = 3]; float neg_overlap = 13 [default = 0.5];
      PriorBoxParameter.CodeType code_type = 14 [default = CORNER];
      bool encode_variance_in_target = 16 [default = false];
      bool map_object_to_agnostic = 17 [default = false];
      bool ignore_cross_boundary_bbox = 18 [default = false]; bool bp_inside = 19 [default = false];
      MiningType mining_type = 20 [default = MAX_NEGATIVE]; NonMaximumSuppressionParameter nms_param = 21;
      int32 sample_size = 22 [default = 64]; bool use_prior_for_nms = 23 [default = false];
      bool ignore_difficult_gt = 24 [default = false];
    }
    message MultinodeLayerParameter { uint32 num_nodes = 1; uint32 model_parts = 2 [default = 1]; }
    message MultinodeParameter {
      repeated MnModelParallelParameter model_parallel = 1;
      MnParamGradCompressLayerTypeList compress_layer_type_list = 2;
    }
    message NoiseParameter {
      float prob = 1 [default = 0]; bool hist_eq = 2 [default = false]; bool inverse = 3 [default = false];
      bool decolorize = 4 [default = false]; bool gauss_blur = 5 [default = false];
      float jpeg = 6 [default = -1]; bool posterize = 7 [default = false]; bool erode = 8 [default = false];
      bool saltpepper = 9 [default = false]; SaltPepperParameter saltpepper_param = 10;
      bool clahe = 11 [default = false]; bool convert_to_hsv = 12 [default = false];
      bool convert_to_lab = 13 [default = false];
    }
    message NonMaximumSuppressionParameter {
      float nms_threshold = 1 [default = 0.3]; int32 top_k = 2; float eta = 3 [default = 1];
    }
    message NormalizeParameter {
      bool across_spatial = 1 [default = true]; FillerParameter scale_filler = 2;
      bool channel_shared = 3 [default = true]; float eps = 4 [default = 1e-10];
    }
    message NormalizedBBox {
      float xmin = 1; float ymin = 2; float xmax = 3; float ymax = 4; int32 label = 5; bool difficult = 6;
      float score = 7; float size = 8;
    }
    message PReLUParameter { FillerParameter filler = 1; bool channel_shared = 2 [default = false]; }
    message PSROIPoolingParameter {
      required float spatial_scale = 1; required int32 output_dim = 2; required int32 group_size = 3;
    }
    message ParameterParameter { BlobShape shape = 1; }
    message PermuteParameter { repeated uint32 order = 1; }
    message PoolingParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKL2017 = 3; MKLDNN = 4; }
      enum PoolMethod { MAX = 0; AVE = 1; STOCHASTIC = 2; }
      enum RoundMode { CEIL = 0; FLOOR = 1; }
      PoolMethod pool = 1 [default = MAX]; uint32 kernel_size = 2; uint32 stride = 3 [default = 1];
      uint32 pad = 4 [default = 0]; uint32 kernel_h = 5; uint32 kernel_w = 6; uint32 stride_h = 7;
      uint32 stride_w = 8; uint32 pad_h = 9 [default = 0]; uint32 pad_w = 10 [default = 0];
      Engine engine = 11 [default = DEFAULT]; bool global_pooling = 12 [default = false];
      RoundMode round_mode = 13 [default = CEIL]; int32 axis = 14 [default = 1];
      repeated uint32 pad_3d = 15; repeated uint32 kernel_size_3d = 16; repeated uint32 stride_3d = 17;
      bool torch_pooling = 40 [default = false]; bool avg_include_pad = 0 [default = true];
    }
    message PowerParameter {
      float power = 1 [default = 1]; float scale = 2 [default = 1]; float shift = 3 [default = 0];
    }
    message PriorBoxParameter {
      enum CodeType { CORNER = 1; CENTER_SIZE = 2; CORNER_SIZE = 3; }
      repeated float min_size = 1; repeated float max_size = 2; repeated float aspect_ratio = 3;
      bool flip = 4 [default = true]; bool clip = 5 [default = false]; repeated float variance = 6;
      uint32 img_size = 7; uint32 img_h = 8; uint32 img_w = 9; float step = 10; float step_h = 11;
      float step_w = 12; float offset = 13 [default = 0.5];
    }
    message PythonParameter {
      string module = 1; string layer = 2; string param_str = 3 [default = ""];
      bool share_in_parallel = 4 [default = false];
    }
    message QuantizationParameter {
      enum Precision { DYNAMIC_FIXED_POINT = 0; }
      enum Rounding { NEAREST = 0; }
      Precision precision = 1 [default = DYNAMIC_FIXED_POINT];
      Rounding rounding_scheme = 2 [default = NEAREST]; uint32 bw_layer_in = 3 [default = 32];
      uint32 bw_layer_out = 4 [default = 32]; uint32 bw_params = 5 [default = 32];
      repeated int32 fl_layer_in = 6; repeated int32 fl_layer_out = 7; repeated int32 fl_params = 8;
      repeated float scale_in = 20; repeated float scale_out = 21; repeated float scale_params = 22;
      bool is_negative_input = 23 [default = false]; bool force_u8_input = 24 [default = false];
    }
    message ROIPoolingParameter {
      uint32 pooled_h = 1 [default = 0]; uint32 pooled_w = 2 [default = 0];
      float spatial_scale = 3 [default = 1]; repeated uint32 pooled_size = 4;
    }
    message RandomAspectRatioParameter {
      float min_area_ratio = 1 [default = 0.5]; float max_area_ratio = 2 [default = 1];
      float aspect_ratio_change = 3 [default = 1]; uint32 max_attempt = 4 [default = 10];
      ResizeParameter resize_param = 5;
    }
    message RandomResizeParameter {
      uint32 min_size = 1 [default = 0]; uint32 max_size = 2 [default = 0];
      ResizeParameter resize_param = 3;
    }
    message ReLUParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKL2017 = 3; MKLDNN = 4; }
      float negative_slope = 1 [default = 0]; Engine engine = 2 [default = DEFAULT];
      bool fuse = 3 [default = false];
    }
    message RecurrentParameter {
      uint32 num_output = 1 [default = 0]; FillerParameter weight_filler = 2;
      FillerParameter bias_filler = 3; bool debug_info = 4 [default = false];
      bool expose_hidden = 5 [default = false];
    }
    message ReductionParameter {
      enum ReductionOp { SUM = 1; ASUM = 2; SUMSQ = 3; MEAN = 4; }
      ReductionOp operation = 1 [default = SUM]; int32 axis = 2 [default = 0];
      float coeff = 3 [default = 1];
    }
    message RegionLossParameter {
      uint32 side = 1 [default = 13]; uint32 num_class = 2 [default = 20];
      uint32 bias_match = 3 [default = 1]; uint32 coords = 4 [default = 4]; uint32 num = 5 [default = 5];
      uint32 softmax = 6 [default = 1]; float jitter = 7 [default = 0.2]; uint32 rescore = 8 [default = 1];
      float object_scale = 9 [default = 1]; float class_scale = 10 [default = 1];
      float noobject_scale = 11 [default = 0.5]; float coord_scale = 12 [default = 5];
      uint32 absolute = 13 [default = 1]; float thresh = 14 [default = 0.2];
      uint32 random = 15 [default = 1]; repeated float biases = 16; string softmax_tree = 17;
      string class_map = 18;
    }
    message ReorgParameter { uint32 stride = 1; bool reverse = 2 [default = false]; }
    message ReshapeParameter {
      BlobShape shape = 1; int32 axis = 2 [default = 0]; int32 num_axes = 3 [default = -1];
      int32 pixelshuffler = 4 [default = 1];
    }
    message ResizeParameter {
      enum Interp_mode { LINEAR = 1; AREA = 2; NEAREST = 3; CUBIC = 4; LANCZOS4 = 5; }
      enum Pad_mode { CONSTANT = 1; MIRRORED = 2; REPEAT_NEAREST = 3; }
      enum Resize_mode { WARP = 1; FIT_SMALL_SIZE = 2; FIT_LARGE_SIZE_AND_PAD = 3; }
      float prob = 1 [default = 1]; Resize_mode resize_mode = 2 [default = WARP];
      uint32 height = 3 [default = 0]; uint32 width = 4 [default = 0];
      Pad_mode pad_mode = 5 [default = CONSTANT]; repeated float pad_value = 6;
      repeated Interp_mode interp_mode = 7; uint32 height_scale = 8 [default = 0];
      uint32 width_scale = 9 [default = 0];
    }
    message SPPParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; }
      enum PoolMethod { MAX = 0; AVE = 1; STOCHASTIC = 2; }
      uint32 pyramid_height = 1; PoolMethod pool = 2 [default = MAX]; Engine engine = 6 [default = DEFAULT];
    }
    message SaltPepperParameter { float fraction = 1 [default = 0]; repeated float value = 2; }
    message SampleConstraint {
      float min_jaccard_overlap = 1; float max_jaccard_overlap = 2; float min_sample_coverage = 3;
      float max_sample_coverage = 4; float min_object_coverage = 5; float max_object_coverage = 6;
    }
    message Sampler {
      float min_scale = 1 [default = 1]; float max_scale = 2 [default = 1];
      float min_aspect_ratio = 3 [default = 1]; float max_aspect_ratio = 4 [default = 1];
    }
    message SaveOutputParameter {
      string output_directory = 1; string output_name_prefix = 2; string output_format = 3;
      string label_map_file = 4; string name_size_file = 5; uint32 num_test_image = 6;
      ResizeParameter resize_param = 7;
    }
    message ScaleParameter {
      int32 axis = 1 [default = 1]; int32 num_axes = 2 [default = 1]; FillerParameter filler = 3;
      bool bias_term = 4 [default = false]; FillerParameter bias_filler = 5;
    }
    message ShuffleChannelParameter { uint32 group = 1 [default = 1]; }
    message SigmoidParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; }
      Engine engine = 1 [default = DEFAULT];
    }
    message SliceParameter {
      uint32 slice_dim = 1 [default = 1]; repeated uint32 slice_point = 2; int32 axis = 3 [default = 1];
    }
    message SmoothL1LossParameter { float sigma = 1 [default = 1]; }
    message SoftmaxParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; }
      Engine engine = 1 [default = DEFAULT]; int32 axis = 2 [default = 1];
    }
    message SpatialDropoutParameter { float dropout_ratio = 1 [default = 0.5]; }
    message SplitParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; MKL2017 = 3; MKLDNN = 4; }
      Engine engine = 1 [default = DEFAULT];
    }
    message SwishParameter { float beta = 1 [default = 1]; }
    message TRTParameter {
      enum TRTMode { FP32 = 0; FP16 = 1; INT8 = 2; }
      TRTMode trt_mode = 1 [default = INT8]; uint32 top_k = 2 [default = 1]; required string deploy = 3;
      required string model = 4; repeated string deploy_outputs = 5; string calibrator = 6;
    }
    message TanHParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; }
      Engine engine = 1 [default = DEFAULT];
    }
    message ThresholdParameter { float threshold = 1 [default = 0]; }
    message TileParameter { int32 axis = 1 [default = 1]; int32 tiles = 2; }
    message TransformationParameter {
      enum InterpolationAlgo { INTER_NEAREST = 0; INTER_LINEAR = 1; INTER_CUBIC = 2; INTER_AREA = 3; }
      float scale = 1 [default = 1]; bool mirror = 2 [default = false]; uint32 crop_size = 3 [default = 0];
      string mean_file = 4; repeated float mean_value = 5; bool force_color = 6 [default = false];
      bool force_gray = 7 [default = false]; bool allow_upscale = 20 [default = false];
      Packing forward_packing = 21 [default = NCHW]; bool display = 22 [default = false];
      int32 num_labels = 23 [default = 0]; bool bgr2rgb = 0 [default = false];
      uint32 crop_h = 0 [default = 0]; uint32 crop_w = 0 [default = 0];
      DistortionParameter distort_param = 0; EmitConstraint emit_constraint = 0;
      ExpansionParameter expand_param = 0; bool flow = 0 [default = false];
      float horizontal_stretch_lower = 0 [default = 1]; float horizontal_stretch_upper = 0 [default = 1];
      uint32 img_rand_resize_lower = 0 [default = 0]; uint32 img_rand_resize_upper = 0 [default = 0];
      InterpolationAlgo interpolation_algo_down = 0 [default = INTER_NEAREST];
      InterpolationAlgo interpolation_algo_up = 0 [default = INTER_CUBIC]; NoiseParameter noise_param = 0;
      uint32 pad = 0 [default = 0]; float rand_resize_ratio_lower = 0 [default = 0];
      float rand_resize_ratio_upper = 0 [default = 0];
      RandomAspectRatioParameter random_aspect_ratio_param = 0;
      RandomResizeParameter random_resize_param = 0; int64 random_seed = 0 [default = -1];
      repeated ResizeParameter resize_param = 0; bool use_gpu_transform = 0 [default = false];
      float vertical_stretch_lower = 0 [default = 1]; float vertical_stretch_upper = 0 [default = 1];
    }
    message UpsampleParameter {
      uint32 scale = 1 [default = 2]; uint32 scale_h = 2; uint32 scale_w = 3;
      bool pad_out_h = 4 [default = false]; bool pad_out_w = 5 [default = false]; uint32 upsample_h = 6;
      uint32 upsample_w = 7;
    }
    message VideoDataParameter {
      enum VideoType { WEBCAM = 0; VIDEO = 1; }
      VideoType video_type = 1 [default = WEBCAM]; int32 device_id = 2 [default = 0]; string video_file = 3;
      uint32 skip_frames = 4 [default = 0];
    }
    message WindowDataParameter {
      string source = 1; float scale = 2 [default = 1]; string mean_file = 3; uint32 batch_size = 4;
      uint32 crop_size = 5 [default = 0]; bool mirror = 6 [default = false];
      float fg_threshold = 7 [default = 0.5]; float bg_threshold = 8 [default = 0.5];
      float fg_fraction = 9 [default = 0.25]; uint32 context_pad = 10 [default = 0];
      string crop_mode = 11 [default = "warp"]; bool cache_images = 12 [default = false];
      string root_folder = 13 [default = ""];
    }
    """
}
