"""Caffe's messages as Python protobuf classes, built from the table below without protoc.

This schema is the tests' own: it shares nothing with the Swift reader it checks but Caffe's field numbers.
One line per message, one word per field, `name:number:type`; `*` means repeated, `!` packed, `=` a default.
Fields of forks that the tests need (`raw_data`, `bn_param`) stand with the rest; others, like `scale_filler`,
are left out and so stand for fields that nobody knows.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "caffold.oracle"

ENUMS = {
    "Phase": "TRAIN=0 TEST=1",
    "Engine": "DEFAULT=0 CAFFE=1 CUDNN=2",
    "PoolMethod": "MAX=0 AVE=1 STOCHASTIC=2",
    "RoundMode": "CEIL=0 FLOOR=1",
    "EltwiseOp": "PROD=0 SUM=1 MAX=2",
    "NormRegion": "ACROSS_CHANNELS=0 WITHIN_CHANNEL=1",
    "VarianceNorm": "FAN_IN=0 FAN_OUT=1 AVERAGE=2",
    "BnMode": "LEARN=0 INFERENCE=1",
    "RawType": "DOUBLE=0 FLOAT=1 FLOAT16=2 INT=3 UINT=4",
    "ShareMode": "STRICT=0 PERMISSIVE=1",
    "V1Type": (
        "NONE=0 ACCURACY=1 BNLL=2 CONCAT=3 CONVOLUTION=4 DATA=5 DROPOUT=6 EUCLIDEAN_LOSS=7 FLATTEN=8 "
        "HDF5_DATA=9 HDF5_OUTPUT=10 IM2COL=11 IMAGE_DATA=12 INFOGAIN_LOSS=13 INNER_PRODUCT=14 LRN=15 "
        "MULTINOMIAL_LOGISTIC_LOSS=16 POOLING=17 RELU=18 SIGMOID=19 SOFTMAX=20 SOFTMAX_LOSS=21 SPLIT=22 "
        "TANH=23 WINDOW_DATA=24 ELTWISE=25 POWER=26 SIGMOID_CROSS_ENTROPY_LOSS=27 HINGE_LOSS=28 "
        "MEMORY_DATA=29 ARGMAX=30 THRESHOLD=31 DUMMY_DATA=32 SLICE=33 MVN=34 ABSVAL=35 SILENCE=36 "
        "CONTRASTIVE_LOSS=37 EXP=38 DECONVOLUTION=39"
    ),
}

MESSAGES = {
    "BlobShape": "dim:1:int64*!",
    "BlobProto": (
        "num:1:int32 channels:2:int32 height:3:int32 width:4:int32 data:5:float*! diff:6:float*! "
        "shape:7:BlobShape double_data:8:double*! double_diff:9:double*! raw_data_type:10:RawType "
        "raw_data:12:bytes"
    ),
    "FillerParameter": (
        "type:1:string=constant value:2:float min:3:float max:4:float=1 mean:5:float std:6:float=1 "
        "sparse:7:int32=-1 variance_norm:8:VarianceNorm"
    ),
    "NetState": "phase:1:Phase=TEST level:2:int32 stage:3:string*",
    "NetStateRule": ("phase:1:Phase min_level:2:int32 max_level:3:int32 stage:4:string* not_stage:5:string*"),
    "ParamSpec": "name:1:string share_mode:2:ShareMode lr_mult:3:float=1 decay_mult:4:float=1",
    "NetParameter": (
        "name:1:string layers:2:V1LayerParameter* input:3:string* input_dim:4:int32* force_backward:5:bool "
        "state:6:NetState debug_info:7:bool input_shape:8:BlobShape* layer:100:LayerParameter*"
    ),
    "LayerParameter": (
        "name:1:string type:2:string bottom:3:string* top:4:string* loss_weight:5:float* "
        "param:6:ParamSpec* blobs:7:BlobProto* include:8:NetStateRule* exclude:9:NetStateRule* "
        "phase:10:Phase propagate_down:11:bool* bn_param:45:BNParameter concat_param:104:ConcatParameter "
        "convolution_param:106:ConvolutionParameter dropout_param:108:DropoutParameter "
        "eltwise_param:110:EltwiseParameter inner_product_param:117:InnerProductParameter "
        "lrn_param:118:LRNParameter pooling_param:121:PoolingParameter power_param:122:PowerParameter "
        "relu_param:123:ReLUParameter softmax_param:125:SoftmaxParameter slice_param:126:SliceParameter "
        "prelu_param:131:PReLUParameter reshape_param:133:ReshapeParameter "
        "flatten_param:135:FlattenParameter batch_norm_param:139:BatchNormParameter "
        "elu_param:140:ELUParameter bias_param:141:BiasParameter scale_param:142:ScaleParameter "
        "input_param:143:InputParameter"
    ),
    "V1LayerParameter": (
        "layer:1:V0LayerParameter bottom:2:string* top:3:string* name:4:string type:5:V1Type "
        "blobs:6:BlobProto* blobs_lr:7:float* weight_decay:8:float* concat_param:9:ConcatParameter "
        "convolution_param:10:ConvolutionParameter dropout_param:12:DropoutParameter "
        "inner_product_param:17:InnerProductParameter lrn_param:18:LRNParameter "
        "pooling_param:19:PoolingParameter power_param:21:PowerParameter eltwise_param:24:EltwiseParameter "
        "relu_param:30:ReLUParameter slice_param:31:SliceParameter include:32:NetStateRule* "
        "exclude:33:NetStateRule* loss_weight:35:float* softmax_param:39:SoftmaxParameter param:1001:string*"
    ),
    "V0LayerParameter": (
        "name:1:string type:2:string num_output:3:uint32 biasterm:4:bool=true "
        "weight_filler:5:FillerParameter bias_filler:6:FillerParameter pad:7:uint32 kernelsize:8:uint32 "
        "group:9:uint32=1 stride:10:uint32=1 pool:11:PoolMethod dropout_ratio:12:float=0.5 "
        "local_size:13:uint32=5 alpha:14:float=1 beta:15:float=0.75 k:22:float=1 blobs:50:BlobProto* "
        "blobs_lr:51:float* weight_decay:52:float*"
    ),
    "BNParameter": (
        "slope_filler:1:FillerParameter bias_filler:2:FillerParameter momentum:3:float=0.9 "
        "eps:4:float=1e-5 bn_mode:7:BnMode"
    ),
    "ConcatParameter": "concat_dim:1:uint32=1 axis:2:int32=1",
    "ConvolutionParameter": (
        "num_output:1:uint32 bias_term:2:bool=true pad:3:uint32* kernel_size:4:uint32* group:5:uint32=1 "
        "stride:6:uint32* weight_filler:7:FillerParameter bias_filler:8:FillerParameter pad_h:9:uint32 "
        "pad_w:10:uint32 kernel_h:11:uint32 kernel_w:12:uint32 stride_h:13:uint32 stride_w:14:uint32 "
        "engine:15:Engine axis:16:int32=1 force_nd_im2col:17:bool dilation:18:uint32*"
    ),
    "DropoutParameter": "dropout_ratio:1:float=0.5 scale_train:2:bool=true",
    "EltwiseParameter": "operation:1:EltwiseOp=SUM coeff:2:float* stable_prod_grad:3:bool=true",
    "InnerProductParameter": (
        "num_output:1:uint32 bias_term:2:bool=true weight_filler:3:FillerParameter "
        "bias_filler:4:FillerParameter axis:5:int32=1 transpose:6:bool"
    ),
    "LRNParameter": (
        "local_size:1:uint32=5 alpha:2:float=1 beta:3:float=0.75 norm_region:4:NormRegion k:5:float=1 "
        "engine:6:Engine"
    ),
    "PoolingParameter": (
        "pool:1:PoolMethod kernel_size:2:uint32 stride:3:uint32=1 pad:4:uint32 kernel_h:5:uint32 "
        "kernel_w:6:uint32 stride_h:7:uint32 stride_w:8:uint32 pad_h:9:uint32 pad_w:10:uint32 "
        "engine:11:Engine global_pooling:12:bool round_mode:13:RoundMode"
    ),
    "PowerParameter": "power:1:float=1 scale:2:float=1 shift:3:float",
    "ReLUParameter": "negative_slope:1:float engine:2:Engine",
    "SoftmaxParameter": "engine:1:Engine axis:2:int32=1",
    "SliceParameter": "slice_dim:1:uint32=1 slice_point:2:uint32* axis:3:int32=1",
    "PReLUParameter": "filler:1:FillerParameter channel_shared:2:bool",
    "ReshapeParameter": "shape:1:BlobShape axis:2:int32 num_axes:3:int32=-1",
    "FlattenParameter": "axis:1:int32=1 end_axis:2:int32=-1",
    "BatchNormParameter": "use_global_stats:1:bool moving_average_fraction:2:float=0.999 eps:3:float=1e-5",
    "ELUParameter": "alpha:1:float=1",
    "BiasParameter": "axis:1:int32=1 num_axes:2:int32=1 filler:3:FillerParameter",
    "ScaleParameter": (
        "axis:1:int32=1 num_axes:2:int32=1 filler:3:FillerParameter bias_term:4:bool "
        "bias_filler:5:FillerParameter"
    ),
    "InputParameter": "shape:1:BlobShape*",
}


def _add_field(message, word, messages=MESSAGES, enums=ENUMS):
    name, number, kind = word.split(":")
    kind, _, default = kind.partition("=")
    field = message.field.add(name=name, number=int(number))
    field.label = field.LABEL_REPEATED if "*" in kind else field.LABEL_OPTIONAL
    field.options.packed = "!" in kind
    kind = kind.rstrip("*!")
    if kind in messages:
        field.type, field.type_name = field.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    elif kind in enums:
        field.type, field.type_name = field.TYPE_ENUM, f".{PACKAGE}.{kind}.Value"
    else:
        field.type = getattr(field, f"TYPE_{kind.upper()}")
    if not field.options.packed:
        field.ClearField("options")
    if default:
        field.default_value = default


def build(extra_messages=None, extra_enums=None, tables=(MESSAGES, ENUMS)):
    """The classes by name; with what a fork adds: fields of Caffe's messages, and messages and enums."""
    messages, enums = dict(tables[0]), tables[1] | (extra_enums or {})
    for name, fields in (extra_messages or {}).items():
        messages[name] = " ".join(part for part in (messages.get(name), fields) if part)
    file = descriptor_pb2.FileDescriptorProto(name="caffold_oracle.proto", package=PACKAGE, syntax="proto2")
    # Enum values share the scope around their enum, and `MAX` occurs twice: each enum gets its own scope.
    for name, values in enums.items():
        enum = file.message_type.add(name=name).enum_type.add(name="Value")
        for value in values.split():
            label, _, number = value.partition("=")
            enum.value.add(name=label, number=int(number))
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for word in fields.split():
            _add_field(message, word, messages, enums)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
        for name in messages
    }


CLASSES = build()
NetParameter = CLASSES["NetParameter"]
LayerParameter = CLASSES["LayerParameter"]
BlobProto = CLASSES["BlobProto"]
TRAIN, TEST = 0, 1
