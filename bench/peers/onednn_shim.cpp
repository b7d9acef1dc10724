// One recurrent layer of oneDNN 2 behind a C interface, for onednn_peer.py.
// Weights come and go as [inputs, gates, units], biases as [gates, units]; inside they have the layout that the primitive asks for.
#include <dnnl.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#if DNNL_VERSION_MAJOR != 2
#error "This shim is written for oneDNN 2"
#endif

namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

std::string error;

enum Kind { Lstm, LbrGru, Tanh, Relu };

class Layer {
public:
    Layer(Kind kind, int steps, int rows, int inputs, int units, bool training)
        : kind(kind), training(training), engine(dnnl::engine::kind::cpu, 0), stream(engine) {
        const int gates = kind == Lstm ? 4 : kind == LbrGru ? 3 : 1, biases = kind == LbrGru ? 4 : gates;
        x = plain({steps, rows, inputs}, memory::format_tag::tnc);
        y = plain({steps, rows, units}, memory::format_tag::tnc);
        state = plain({1, 1, rows, units}, memory::format_tag::ldnc);
        bias = plain({1, 1, biases, units}, memory::format_tag::ldgo);
        userW = plain({1, 1, inputs, gates, units}, memory::format_tag::ldigo);
        userU = plain({1, 1, units, gates, units}, memory::format_tag::ldigo);
        anyW = plain({1, 1, inputs, gates, units}, memory::format_tag::any);
        anyU = plain({1, 1, units, gates, units}, memory::format_tag::any);

        const bool memoryCell = kind == Lstm;
        place("x", x, DNNL_ARG_SRC_LAYER);
        place("h0", state, DNNL_ARG_SRC_ITER);
        place("b", bias, DNNL_ARG_BIAS);
        place("y", y, DNNL_ARG_DST_LAYER);
        place("h", state, DNNL_ARG_DST_ITER);
        if (memoryCell) {
            place("c0", state, DNNL_ARG_SRC_ITER_C);
            place("c", state, DNNL_ARG_DST_ITER_C);
        }
        named["W"] = memory(userW, engine);
        named["U"] = memory(userU, engine);
        if (training) {
            placeBack("dx", x, DNNL_ARG_DIFF_SRC_LAYER);
            placeBack("dh0", state, DNNL_ARG_DIFF_SRC_ITER);
            placeBack("db", bias, DNNL_ARG_DIFF_BIAS);
            placeBack("dy", y, DNNL_ARG_DIFF_DST_LAYER);
            placeBack("dh", state, DNNL_ARG_DIFF_DST_ITER);
            if (memoryCell) {
                placeBack("dc0", state, DNNL_ARG_DIFF_SRC_ITER_C);
                placeBack("dc", state, DNNL_ARG_DIFF_DST_ITER_C);
            }
        }
        for (auto& entry : named) std::memset(entry.second.get_data_handle(), 0, entry.second.get_desc().get_size());

        const auto mode = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
        const auto way = dnnl::rnn_direction::unidirectional_left2right;
        const auto back = dnnl::prop_kind::backward;
        switch (kind) {
        case Lstm: {
            dnnl::lstm_forward::primitive_desc ahead({mode, way, x, state, state, anyW, anyU, bias, y, state, state}, engine);
            bind(ahead, dnnl::lstm_forward(ahead));
            if (training) {
                dnnl::lstm_backward::primitive_desc behind(
                    {back, way, x, state, state, anyW, anyU, bias, y, state, state, x, state, state, anyW, anyU, bias, y, state, state}, engine, ahead);
                bindBack(behind, dnnl::lstm_backward(behind));
            }
            break;
        }
        case LbrGru: {
            dnnl::lbr_gru_forward::primitive_desc ahead({mode, way, x, state, anyW, anyU, bias, y, state}, engine);
            bind(ahead, dnnl::lbr_gru_forward(ahead));
            if (training) {
                dnnl::lbr_gru_backward::primitive_desc behind({back, way, x, state, anyW, anyU, bias, y, state, x, state, anyW, anyU, bias, y, state}, engine, ahead);
                bindBack(behind, dnnl::lbr_gru_backward(behind));
            }
            break;
        }
        case Tanh:
        case Relu: {
            const auto activation = kind == Tanh ? dnnl::algorithm::eltwise_tanh : dnnl::algorithm::eltwise_relu;
            dnnl::vanilla_rnn_forward::primitive_desc ahead({mode, activation, way, x, state, anyW, anyU, bias, y, state}, engine);
            bind(ahead, dnnl::vanilla_rnn_forward(ahead));
            if (training) {
                dnnl::vanilla_rnn_backward::primitive_desc behind(
                    {back, activation, way, x, state, anyW, anyU, bias, y, state, x, state, anyW, anyU, bias, y, state}, engine, ahead);
                bindBack(behind, dnnl::vanilla_rnn_backward(behind));
            }
            break;
        }
        }
    }

    void fill(const std::string& name, const float* from) {
        auto found = named.find(name);
        if (found != named.end()) std::memcpy(found->second.get_data_handle(), from, found->second.get_desc().get_size());
    }

    void fill(const std::string& name, float value) {
        auto& to = named.at(name);
        float* data = static_cast<float*>(to.get_data_handle());
        std::fill(data, data + to.get_desc().get_size() / sizeof(float), value);
    }

    // Weights that stay are brought into their layout once.
    void pack() {
        for (auto& copy : packForward) dnnl::reorder(copy.first, copy.second).execute(stream, copy.first, copy.second);
        stream.wait();
    }

    // In training weights change before every run, so they are brought into their layouts each time; gradients are added to, so they begin at zero.
    void run() {
        if (training)
            for (auto& copy : packForward) dnnl::reorder(copy.first, copy.second).execute(stream, copy.first, copy.second);
        forward.execute(stream, ahead);
        if (training) {
            for (auto& copy : packBackward) dnnl::reorder(copy.first, copy.second).execute(stream, copy.first, copy.second);
            for (int gradient : {DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_BIAS}) {
                memory& to = behind.at(gradient);
                std::memset(to.get_data_handle(), 0, to.get_desc().get_size());
            }
            backward.execute(stream, behind);
            for (auto& copy : unpack) dnnl::reorder(copy.first, copy.second).execute(stream, copy.first, copy.second);
        }
        stream.wait();
    }

    void read(const std::string& name, float* to) {
        memory& from = named.at(name);
        std::memcpy(to, from.get_data_handle(), from.get_desc().get_size());
    }

private:
    static memory::desc plain(const memory::dims& dims, memory::format_tag tag) { return memory::desc(dims, memory::data_type::f32, tag); }

    void place(const char* name, const memory::desc& desc, int argument) {
        memory made(desc, engine);
        named[name] = made;
        ahead[argument] = made;
        behind[argument] = made;
    }

    void placeBack(const char* name, const memory::desc& desc, int argument) {
        memory made(desc, engine);
        named[name] = made;
        behind[argument] = made;
    }

    template <class Description, class Primitive>
    void bind(const Description& description, const Primitive& primitive) {
        forward = primitive;
        memory w(description.weights_layer_desc(), engine), u(description.weights_iter_desc(), engine);
        packForward = {{named["W"], w}, {named["U"], u}};
        ahead[DNNL_ARG_WEIGHTS_LAYER] = w;
        ahead[DNNL_ARG_WEIGHTS_ITER] = u;
        if (training) ahead[DNNL_ARG_WORKSPACE] = behind[DNNL_ARG_WORKSPACE] = memory(description.workspace_desc(), engine);
    }

    template <class Description, class Primitive>
    void bindBack(const Description& description, const Primitive& primitive) {
        backward = primitive;
        memory w(description.weights_layer_desc(), engine), u(description.weights_iter_desc(), engine);
        packBackward = {{named["W"], w}, {named["U"], u}};
        behind[DNNL_ARG_WEIGHTS_LAYER] = w;
        behind[DNNL_ARG_WEIGHTS_ITER] = u;
        gradient("dW", description.diff_weights_layer_desc(), userW, DNNL_ARG_DIFF_WEIGHTS_LAYER);
        gradient("dU", description.diff_weights_iter_desc(), userU, DNNL_ARG_DIFF_WEIGHTS_ITER);
    }

    void gradient(const char* name, const memory::desc& inside, const memory::desc& outside, int argument) {
        memory made(inside, engine);
        behind[argument] = made;
        if (inside == outside) {
            named[name] = made;
            return;
        }
        named[name] = memory(outside, engine);
        unpack.push_back({made, named[name]});
    }

    Kind kind;
    bool training;
    dnnl::engine engine;
    dnnl::stream stream;
    memory::desc x, y, state, bias, userW, userU, anyW, anyU;
    std::map<std::string, memory> named;
    Arguments ahead, behind;
    std::vector<std::pair<memory, memory>> packForward, packBackward, unpack;
    dnnl::primitive forward, backward;
};

} // namespace

extern "C" {

const char* layer_error() { return error.c_str(); }

const char* layer_version() {
    static const std::string text = [] {
        const dnnl_version_t* version = dnnl_version();
        return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
    }();
    return text.c_str();
}

// Null where oneDNN refuses; layer_error says why.
void* layer_make(int kind, int steps, int rows, int inputs, int units, int training, float dy,
    const float* x, const float* h0, const float* c0, const float* w, const float* u, const float* b) {
    try {
        auto* layer = new Layer(static_cast<Kind>(kind), steps, rows, inputs, units, training != 0);
        layer->fill("x", x);
        layer->fill("h0", h0);
        layer->fill("c0", c0);
        layer->fill("W", w);
        layer->fill("U", u);
        layer->fill("b", b);
        if (training) layer->fill("dy", dy);
        layer->pack();
        return layer;
    } catch (const dnnl::error& fault) {
        error = fault.what();
        return nullptr;
    }
}

int layer_run(void* layer) {
    try {
        static_cast<Layer*>(layer)->run();
        return 0;
    } catch (const dnnl::error& fault) {
        error = fault.what();
        return 1;
    }
}

void layer_read(void* layer, const char* name, float* to) { static_cast<Layer*>(layer)->read(name, to); }

void layer_free(void* layer) { delete static_cast<Layer*>(layer); }
}
