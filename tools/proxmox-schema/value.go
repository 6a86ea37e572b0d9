package main

import (
	"errors"
	"fmt"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// snake is a Pulumi property's name as Terraform writes it.
func snake(name string) string {
	var made strings.Builder

	for _, letter := range name {
		if unicode.IsUpper(letter) {
			made.WriteByte('_')
		}

		made.WriteRune(unicode.ToLower(letter))
	}

	return made.String()
}

// fields takes properties by the names Terraform gives them: its own, or the plural the bridge gives a list.
type fields struct {
	given map[string]any
	taken map[string]bool
}

func (f fields) take(name string, isList bool) (any, bool) {
	for key, value := range f.given {
		named := snake(key)
		if named == name || (isList && (named == name+"s" || named == name+"es")) {
			f.taken[key] = true

			return value, true
		}
	}

	return nil, false
}

func (f fields) strangers(path string) []string {
	found := []string{}

	for key := range f.given {
		if !f.taken[key] {
			found = append(found, fmt.Sprintf("Invalid or unknown key %s%s", path, key))
		}
	}

	sort.Strings(found)

	return found
}

// blockValue is a block with what the program did not name as null, as Terraform hands it to a provider.
func blockValue(block *tfprotov6.SchemaBlock, given map[string]any, path string) (tftypes.Value, []string) {
	asked := fields{given, map[string]bool{}}
	values := map[string]tftypes.Value{}
	problems := []string{}

	for _, attribute := range block.Attributes {
		kind := attribute.ValueType()
		held, _ := asked.take(attribute.Name, kind.Is(tftypes.List{}) || kind.Is(tftypes.Set{}))

		value, wrong := convert(kind, held, path+attribute.Name)
		if wrong != nil {
			problems = append(problems, wrong.Error())
		}

		if held == nil && attribute.Required {
			problems = append(problems, fmt.Sprintf(
				"Missing required argument: The argument %q is required, but no definition was found.", path+attribute.Name))
		}

		values[attribute.Name] = value
	}

	for _, nested := range block.BlockTypes {
		held, _ := asked.take(nested.TypeName, true)

		value, wrong := nestedValue(nested, held, path+nested.TypeName)
		problems = append(problems, wrong...)
		values[nested.TypeName] = value
	}

	problems = append(problems, asked.strangers(path)...)
	if len(problems) > 0 {
		return tftypes.Value{}, problems
	}

	return tftypes.NewValue(block.ValueType(), values), nil
}

// nestedValue is a nested block. The bridge shows a list of at most one as the one.
func nestedValue(nested *tfprotov6.SchemaNestedBlock, held any, path string) (tftypes.Value, []string) {
	single := nested.Nesting == tfprotov6.SchemaNestedBlockNestingModeSingle

	items, isList := held.([]any)
	if !isList && held != nil {
		items = []any{held}
	}

	if held == nil && single {
		return tftypes.NewValue(nested.ValueType(), nil), nil
	}

	values := []tftypes.Value{}
	problems := []string{}

	for index, item := range items {
		given, isMap := item.(map[string]any)
		if !isMap {
			return tftypes.Value{}, []string{fmt.Sprintf("%s: expected a map", path)}
		}

		value, wrong := blockValue(nested.Block, given, fmt.Sprintf("%s[%d].", path, index))
		problems = append(problems, wrong...)
		values = append(values, value)
	}

	if len(problems) > 0 {
		return tftypes.Value{}, problems
	}

	if single {
		return values[0], nil
	}

	return tftypes.NewValue(nested.ValueType(), values), nil
}

// convert is a plain value as an attribute's type has it, loosely as Terraform is: a number or a truth may come as text.
func convert(kind tftypes.Type, held any, path string) (tftypes.Value, error) {
	if held == nil {
		return tftypes.NewValue(kind, nil), nil
	}

	if held == unknownMark {
		return tftypes.NewValue(kind, tftypes.UnknownValue), nil
	}

	wrong := fmt.Errorf("%s: expected type %s, got %v", path, kind, held)

	switch {
	case kind.Is(tftypes.String):
		if _, isMap := held.(map[string]any); isMap {
			return tftypes.Value{}, wrong
		}

		return tftypes.NewValue(kind, fmt.Sprint(held)), nil
	case kind.Is(tftypes.Number):
		number, _, err := big.ParseFloat(fmt.Sprint(held), 10, 512, big.ToNearestEven)
		if err != nil {
			return tftypes.Value{}, wrong
		}

		return tftypes.NewValue(kind, number), nil
	case kind.Is(tftypes.Bool):
		value, err := strconv.ParseBool(fmt.Sprint(held))
		if err != nil {
			return tftypes.Value{}, wrong
		}

		return tftypes.NewValue(kind, value), nil
	}

	return compound(kind, held, path, wrong)
}

func compound(kind tftypes.Type, held any, path string, wrong error) (tftypes.Value, error) {
	var element tftypes.Type

	switch each := kind.(type) {
	case tftypes.List:
		element = each.ElementType
	case tftypes.Set:
		element = each.ElementType
	case tftypes.Map:
		return mapValue(each, held, path, wrong)
	case tftypes.Object:
		return objectValue(each, held, path, wrong)
	default:
		return tftypes.Value{}, fmt.Errorf("%s: attributes of type %s are not asked about here", path, kind)
	}

	items, isList := held.([]any)
	if !isList {
		return tftypes.Value{}, wrong
	}

	values := []tftypes.Value{}

	for index, item := range items {
		value, err := convert(element, item, fmt.Sprintf("%s[%d]", path, index))
		if err != nil {
			return tftypes.Value{}, err
		}

		values = append(values, value)
	}

	return tftypes.NewValue(kind, values), nil
}

func mapValue(kind tftypes.Map, held any, path string, wrong error) (tftypes.Value, error) {
	entries, isMap := held.(map[string]any)
	if !isMap {
		return tftypes.Value{}, wrong
	}

	values := map[string]tftypes.Value{}

	for key, item := range entries {
		value, err := convert(kind.ElementType, item, path+"."+key)
		if err != nil {
			return tftypes.Value{}, err
		}

		values[key] = value
	}

	return tftypes.NewValue(kind, values), nil
}

// objectValue is a block that its schema writes as an attribute.
func objectValue(kind tftypes.Object, held any, path string, wrong error) (tftypes.Value, error) {
	given, isMap := held.(map[string]any)
	if !isMap {
		return tftypes.Value{}, wrong
	}

	asked := fields{given, map[string]bool{}}
	values := map[string]tftypes.Value{}

	for name, inner := range kind.AttributeTypes {
		item, _ := asked.take(name, inner.Is(tftypes.List{}) || inner.Is(tftypes.Set{}))

		value, err := convert(inner, item, path+"."+name)
		if err != nil {
			return tftypes.Value{}, err
		}

		values[name] = value
	}

	if found := asked.strangers(path + "."); len(found) > 0 {
		return tftypes.Value{}, errors.New(strings.Join(found, ", "))
	}

	return tftypes.NewValue(kind, values), nil
}
