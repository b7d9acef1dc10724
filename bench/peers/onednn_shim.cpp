// One recurrent layer of oneDNN 2 behind a C interface, for onednn_peer.py.
// Weights come and go as [inputs, gates, units], biases as [gates, units]; inside they have the layout that the primitive asks for.
#include <dnnl.hpp>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
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
    Layer(Kind kind, int steps, int rows, int inputs, int units, bool training) : training(training), engine(dnnl::engine::kind::cpu, 0), stream(engine) {
        const int gates = kind == Lstm ? 4 : kind == LbrGru ? 3 : 1, biases = kind == LbrGru ? 4 : gates;
        const auto x = form({steps, rows, inputs}, Tag::tnc), y = form({steps, rows, units}, Tag::tnc);
        const auto state = form({1, 1, rows, units}, Tag::ldnc), bias = form({1, 1, biases, units}, Tag::ldgo);
        const memory::dims w = {1, 1, inputs, gates, units}, u = {1, 1, units, gates, units};

        struct Tensor {
            const char *name, *gradient;
            const memory::desc& form;
            int argument, gradientArgument;
        };
        std::vector<Tensor> tensors = {
            {"x", "dx", x, DNNL_ARG_SRC_LAYER, DNNL_ARG_DIFF_SRC_LAYER},
            {"h0", "dh0", state, DNNL_ARG_SRC_ITER, DNNL_ARG_DIFF_SRC_ITER},
            {"b", "db", bias, DNNL_ARG_BIAS, DNNL_ARG_DIFF_BIAS},
            {"y", "dy", y, DNNL_ARG_DST_LAYER, DNNL_ARG_DIFF_DST_LAYER},
            {"h", "dh", state, DNNL_ARG_DST_ITER, DNNL_ARG_DIFF_DST_ITER},
        };
        if (kind == Lstm) {
            tensors.push_back({"c0", "dc0", state, DNNL_ARG_SRC_ITER_C, DNNL_ARG_DIFF_SRC_ITER_C});
            tensors.push_back({"c", "dc", state, DNNL_ARG_DST_ITER_C, DNNL_ARG_DIFF_DST_ITER_C});
        }
        for (const Tensor& tensor : tensors) {
            ahead[tensor.argument] = behind[tensor.argument] = made(tensor.name, tensor.form);
            if (training) behind[tensor.gradientArgument] = made(tensor.gradient, tensor.form);
        }
        made("W", form(w, Tag::ldigo));
        made("U", form(u, Tag::ldigo));

        const auto anyW = form(w, Tag::any), anyU = form(u, Tag::any);
        const auto way = std::make_tuple(dnnl::rnn_direction::unidirectional_left2right);
        const auto forms = std::make_tuple(x, state, anyW, anyU, bias, y, state);
        switch (kind) {
        case Lstm:
            make<dnnl::lstm_forward, dnnl::lstm_backward>(way, std::make_tuple(x, state, state, anyW, anyU, bias, y, state, state));
            break;
        case LbrGru:
            make<dnnl::lbr_gru_forward, dnnl::lbr_gru_backward>(way, forms);
            break;
        case Tanh:
        case Relu: {
            const auto activation = std::make_tuple(kind == Tanh ? dnnl::algorithm::eltwise_tanh : dnnl::algorithm::eltwise_relu);
            make<dnnl::vanilla_rnn_forward, dnnl::vanilla_rnn_backward>(std::tuple_cat(activation, way), forms);
            break;
        }
        }
    }

    // What a layer does not have is left alone: the memory cell's start is given to all.
    void fill(const std::string& name, const float* from) {
        auto found = named.find(name);
        if (found != named.end()) std::memcpy(found->second.get_data_handle(), from, size(found->second));
    }

    void fill(const std::string& name, float value) {
        fill(name, std::vector<float>(size(named.at(name)) / sizeof(float), value).data());
    }

    // Weights that stay are brought into their layout once.
    void pack() {
        copy(packForward);
        stream.wait();
    }

    // In training weights change before every run, so they are brought into their layouts each time; gradients are added to, so they begin at zero.
    void run() {
        if (training) copy(packForward);
        forward.execute(stream, ahead);
        if (training) {
            copy(packBackward);
            for (int gradient : {DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_BIAS}) clear(behind.at(gradient));
            backward.execute(stream, behind);
            copy(unpack);
        }
        stream.wait();
    }

    void read(const std::string& name, float* to) {
        memory& from = named.at(name);
        std::memcpy(to, from.get_data_handle(), size(from));
    }

private:
    using Tag = memory::format_tag;
    using Copies = std::vector<std::pair<memory, memory>>;

    static memory::desc form(const memory::dims& dims, Tag tag) { return memory::desc(dims, memory::data_type::f32, tag); }

    static size_t size(const memory& of) { return of.get_desc().get_size(); }

    static void clear(memory& what) { std::memset(what.get_data_handle(), 0, size(what)); }

    memory& made(const char* name, const memory::desc& form) {
        memory& fresh = named[name] = memory(form, engine);
        clear(fresh);
        return fresh;
    }

    void copy(Copies& copies) {
        for (auto& copy : copies) dnnl::reorder(copy.first, copy.second).execute(stream, copy.first, copy.second);
    }

    template <class Primitive, class... Parts>
    static typename Primitive::desc described(const std::tuple<Parts...>& parts) {
        return std::apply([](const Parts&... part) { return typename Primitive::desc(part...); }, parts);
    }

    // A description is the kind of propagation, what stands before the tensors, and their forms; backward those of the gradients follow, which are the same.
    template <class Forward, class Backward, class Head, class Forms>
    void make(const Head& head, const Forms& forms) {
        const auto mode = std::make_tuple(training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference);
        const typename Forward::primitive_desc first(described<Forward>(std::tuple_cat(mode, head, forms)), engine);
        forward = Forward(first);
        packForward = weights(first, ahead);
        if (!training) return;

        ahead[DNNL_ARG_WORKSPACE] = behind[DNNL_ARG_WORKSPACE] = memory(first.workspace_desc(), engine);
        const auto back = std::make_tuple(dnnl::prop_kind::backward);
        const typename Backward::primitive_desc second(described<Backward>(std::tuple_cat(back, head, forms, forms)), engine, first);
        backward = Backward(second);
        packBackward = weights(second, behind);
        gradient("dW", second.diff_weights_layer_desc(), named.at("W").get_desc(), DNNL_ARG_DIFF_WEIGHTS_LAYER);
        gradient("dU", second.diff_weights_iter_desc(), named.at("U").get_desc(), DNNL_ARG_DIFF_WEIGHTS_ITER);
    }

    // Weights in the layout that a primitive asks for.
    template <class Description>
    Copies weights(const Description& description, Arguments& arguments) {
        memory w(description.weights_layer_desc(), engine), u(description.weights_iter_desc(), engine);
        arguments[DNNL_ARG_WEIGHTS_LAYER] = w;
        arguments[DNNL_ARG_WEIGHTS_ITER] = u;
        return {{named.at("W"), w}, {named.at("U"), u}};
    }

    void gradient(const char* name, const memory::desc& inside, const memory::desc& outside, int argument) {
        memory found(inside, engine);
        behind[argument] = found;
        if (inside == outside)
            named[name] = found;
        else
            unpack.push_back({found, made(name, outside)});
    }

    bool training;
    dnnl::engine engine;
    dnnl::stream stream;
    std::map<std::string, memory> named;
    Arguments ahead, behind;
    Copies packForward, packBackward, unpack;
    dnnl::primitive forward, backward;
};

// What oneDNN refuses is kept for layer_error.
template <class Result, class Work>
Result guarded(Result failed, Work work) {
    try {
        return work();
    } catch (const dnnl::error& fault) {
        error = fault.what();
        return failed;
    }
}

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
    return guarded<Layer*>(nullptr, [&] {
        auto layer = std::make_unique<Layer>(static_cast<Kind>(kind), steps, rows, inputs, units, training != 0);
        const std::pair<const char*, const float*> given[] = {{"x", x}, {"h0", h0}, {"c0", c0}, {"W", w}, {"U", u}, {"b", b}};
        for (const auto& tensor : given) layer->fill(tensor.first, tensor.second);
        if (training) layer->fill("dy", dy);
        layer->pack();
        return layer.release();
    });
}

int layer_run(void* layer) {
    return guarded(1, [&] {
        static_cast<Layer*>(layer)->run();
        return 0;
    });
}

void layer_read(void* layer, const char* name, float* to) { static_cast<Layer*>(layer)->read(name, to); }

void layer_free(void* layer) { delete static_cast<Layer*>(layer); }
}
